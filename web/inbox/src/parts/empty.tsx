import type { ReactNode } from "react";

/** What stands where there is nothing: what that means, and what to do about it. */
export function Empty(props: { icon: ReactNode; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <span className="empty__icon" aria-hidden>
        {props.icon}
      </span>
      <p className="empty__title">{props.title}</p>
      {props.children && <p className="empty__text">{props.children}</p>}
      {props.action}
    </div>
  );
}

export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden>
      <path
        className="logo__bubble"
        d="M8 3h16a6 6 0 0 1 6 6v9a6 6 0 0 1-6 6h-7l-7 5.4V24H8a6 6 0 0 1-6-6V9a6 6 0 0 1 6-6Z"
      />
      <circle className="logo__mark" cx="11" cy="13.5" r="2.4" />
      <path className="logo__line" d="M17 13.5h6" />
    </svg>
  );
}
