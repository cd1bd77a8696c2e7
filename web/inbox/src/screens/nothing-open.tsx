import { MessageSquareText } from "lucide-react";
import { Button } from "../parts/button";
import { Empty } from "../parts/empty";

export function NothingOpen({ onHelp }: { onHelp(): void }) {
  return (
    <main className="thread thread--nothing">
      <Empty
        icon={<MessageSquareText />}
        title="Pick a conversation"
        action={
          <Button small onClick={onHelp}>
            All keys
          </Button>
        }
      >
        <kbd className="key">J</kbd> and <kbd className="key">K</kbd> move through the list,{" "}
        <kbd className="key">Enter</kbd> opens, <kbd className="key">A</kbd> takes over.
      </Empty>
    </main>
  );
}
