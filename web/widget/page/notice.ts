/// What the page says while there is no card on it.

const notice = document.createElement("main");
notice.className = "notice";
const [title, text] = [document.createElement("h1"), document.createElement("p")];
// In it, because a screen reader is told of what changes in such an element, not of one that appears.
const status = document.createElement("div");
status.setAttribute("role", "status");
status.append(title, text);
notice.append(status);

export function showNotice(words: { title: string; text: string }): void {
  title.textContent = words.title;
  text.textContent = words.text;
  if (!notice.isConnected) document.body.append(notice);
}

export function hideNotice(): void {
  notice.remove();
}
