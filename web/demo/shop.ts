/// The shop's own button for the chat: any page may open it through `window.Chatref`, which is a queue until the chat is there.

type Call = [name: string, ...parameters: unknown[]];

declare global {
  interface Window {
    Chatref?: { push(...calls: Call[]): unknown };
  }
}

document.querySelector("#ask")?.addEventListener("click", () => {
  window.Chatref ??= new Array<Call>();
  window.Chatref.push(["open"]);
});

export {};
