/// The card's few icons, drawn as strokes.

import type { VNode } from "preact";

const PATHS = {
  close: "M6 6l12 12M18 6 6 18",
  send: "M12 19V5M5.5 11.5 12 5l6.5 6.5",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20c1-3.6 4-5.5 7.5-5.5s6.5 1.9 7.5 5.5",
  spark: "M12 3.5c.7 5 2.8 7.2 8 8-5.2.8-7.3 3-8 8-.7-5-2.8-7.2-8-8 5.2-.8 7.3-3 8-8Z",
  page: "M7 3.5h7l4 4v13H7zM14 3.5v4h4M10 12h5M10 16h5",
  out: "M9 6h9v9M18 6 7 17",
  down: "M12 5v14M5.5 12.5 12 19l6.5-6.5",
  clock: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 7.5V12l3 2",
  check: "m5 12.5 4.5 4.5L19 7.5",
  warning: "M12 4 3 19.5h18zM12 10v4M12 16.8v.2",
  list: "M4 6.5h16M4 12h16M4 17.5h10",
  star: "m12 3.6 2.6 5.3 5.8.8-4.2 4.1 1 5.8-5.2-2.7-5.2 2.7 1-5.8-4.2-4.1 5.8-.8z",
};

export function Icon({ name }: { name: keyof typeof PATHS }): VNode {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
