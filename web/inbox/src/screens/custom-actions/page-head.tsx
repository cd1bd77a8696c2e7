import { ArrowLeft, Menu as MenuIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "wouter";

/** The head of a page beside the rail: back to where it belongs, or on a phone to the rail. */
export function PageHead(props: { title: string; back?: string; onRail?(): void; children?: ReactNode }) {
  return (
    <header className="settings__head">
      {props.back ? (
        <Link href={props.back} className="icon-button" aria-label="Back">
          <ArrowLeft size={18} aria-hidden />
        </Link>
      ) : (
        <button type="button" className="icon-button list__rail-button" aria-label="Views" onClick={props.onRail}>
          <MenuIcon size={18} aria-hidden />
        </button>
      )}
      <h1>{props.title}</h1>
      <div className="settings__tools">{props.children}</div>
    </header>
  );
}
