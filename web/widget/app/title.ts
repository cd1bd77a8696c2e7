/// The number of unread messages in front of the page's title, while the visitor looks at another tab.

const COUNT = /^\(\d+\+?\) /;

export function showInTitle(count: number): void {
  const bare = document.title.replace(COUNT, "");
  const title = count ? `(${count > 99 ? "99+" : count}) ${bare}` : bare;
  if (title !== document.title) document.title = title;
}
