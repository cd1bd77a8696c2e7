import { type FormEvent, useState } from "react";
import { Problem } from "../api/client";
import { inbox } from "../api/inbox";
import type { Me } from "../api/wire";
import { Button } from "../parts/button";
import { Logo } from "../parts/empty";

export function SignIn({ onSignedIn }: { onSignedIn(me: Me): void }) {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem("");
    try {
      onSignedIn(await inbox.signIn(String(form.get("email")).trim(), String(form.get("password"))));
    } catch (error) {
      setProblem(wordsFor(error));
      setBusy(false);
    }
  }

  return (
    <main className="page">
      <form className="sign-in" onSubmit={(event) => void submit(event)}>
        <Logo />
        <h1>Sign in to Chatref</h1>
        <p className="sign-in__lead">Your team's inbox: every chat, and whoever waits for you.</p>
        <label className="field">
          <span>E-mail</span>
          <input name="email" type="email" autoComplete="username" required autoFocus />
        </label>
        <label className="field">
          <span>Password</span>
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        {problem && (
          <p className="sign-in__problem" role="alert">
            {problem}
          </p>
        )}
        <Button type="submit" look="primary" disabled={busy}>
          {busy ? "Signing in…" : "Sign in"}
        </Button>
      </form>
    </main>
  );
}

function wordsFor(error: unknown): string {
  if (!(error instanceof Problem)) return "That did not work. Please try again.";
  if (error.code === "bad_credentials") return "That e-mail and password do not belong together.";
  if (error.code === "rate_limited") return "Too many attempts. Please wait a moment.";
  return error.message;
}
