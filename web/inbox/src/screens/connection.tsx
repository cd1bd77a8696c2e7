import { WifiOff } from "lucide-react";
import { useEffect, useState } from "react";
import { useLive } from "../live/live";

/** A short gap is nobody's business. */
const SHOWN_AFTER_MS = 1500;

export function ConnectionBanner() {
  const { status } = useLive();
  const [shown, setShown] = useState(false);
  const live = status === "live";
  useEffect(() => {
    if (live) return setShown(false);
    const timer = setTimeout(() => setShown(true), SHOWN_AFTER_MS);
    return () => clearTimeout(timer);
  }, [live]);
  return (
    <div className="connection" role="status">
      {shown && (
        <p className="connection__words">
          <WifiOff size={15} aria-hidden /> No connection right now. What you write is kept and sent as soon as it is
          back.
        </p>
      )}
    </div>
  );
}
