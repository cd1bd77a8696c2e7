import { useQuery, useQueryClient } from "@tanstack/react-query";
import { CloudOff } from "lucide-react";
import { useCallback } from "react";
import { Problem } from "../api/client";
import { inbox } from "../api/inbox";
import type { Me } from "../api/wire";
import { LiveProvider } from "../live/live";
import { Button } from "../parts/button";
import { Empty } from "../parts/empty";
import { ToastProvider } from "../parts/toast";
import { Shell } from "./shell";
import { SignIn } from "./sign-in";

async function whoAmI(): Promise<Me | null> {
  try {
    return await inbox.whoAmI();
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null;
    throw error;
  }
}

const LOOK_AGAIN_MS = 3000;

export function App() {
  const queries = useQueryClient();
  const session = useQuery({
    queryKey: ["session"],
    queryFn: whoAmI,
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: (query) => (query.state.status === "error" ? LOOK_AGAIN_MS : false),
  });
  const signedOut = useCallback(() => queries.setQueryData(["session"], null), [queries]);

  if (session.isPending) return <div className="page" aria-busy="true" aria-label="Loading" />;
  if (session.isError) {
    return (
      <main className="page">
        <Empty
          icon={<CloudOff />}
          title="Chatref cannot be reached"
          action={
            <Button look="primary" onClick={() => void session.refetch()}>
              Try again
            </Button>
          }
        >
          It may be starting. This page looks again by itself.
        </Empty>
      </main>
    );
  }
  if (!session.data) {
    const signedIn = (me: Me) => {
      // Nothing stays of whoever sat here before.
      queries.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
      queries.setQueryData(["session"], me);
    };
    return <SignIn onSignedIn={signedIn} />;
  }
  return (
    <ToastProvider>
      <LiveProvider key={session.data.id} me={session.data} onSignedOut={signedOut}>
        <Shell />
      </LiveProvider>
    </ToastProvider>
  );
}
