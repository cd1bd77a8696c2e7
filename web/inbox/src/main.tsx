import "@fontsource-variable/inter/wght.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/list.css";
import "./styles/thread.css";
import "./styles/composer.css";
import "./styles/details.css";
import "./styles/why.css";
import "./styles/pages.css";
import "./styles/settings.css";
import "./styles/custom-actions.css";
import "./styles/sources.css";
import "./styles/assistant.css";
import "./styles/policies.css";
import "./styles/webhooks.css";
import "./styles/canned-replies.css";
import "./styles/layout.css";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Tooltip } from "radix-ui";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Router } from "wouter";
import { Problem } from "./api/client";
import { applyTheme, chosenTheme } from "./parts/theme";
import { LeaveUnsaved, askFirst } from "./parts/unsaved";
import { App } from "./screens/app";

applyTheme(chosenTheme());

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => failures < 3 && (!(error instanceof Problem) || error.passing),
      retryDelay: (failures) => Math.min(500 * 2 ** failures, 5000),
      networkMode: "always", // "offline" is for the API to say, which may run on this very machine
    },
    mutations: { networkMode: "always" },
  },
});

const root = document.getElementById("root");
if (!root) throw new Error("the page has no #root");

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Tooltip.Provider delayDuration={400}>
        <Router base={import.meta.env.BASE_URL.replace(/\/$/, "")} aroundNav={askFirst}>
          <App />
          <LeaveUnsaved />
        </Router>
      </Tooltip.Provider>
    </QueryClientProvider>
  </StrictMode>,
);
