import { FileText, Globe, Link2, MessageCircleQuestion, Type, Upload } from "lucide-react";
import { Tabs } from "radix-ui";
import { type FormEvent, type ReactNode, useRef, useState } from "react";
import { type NewSource, sources } from "../api/sources";
import { useSourceAction } from "../live/sources";
import { Button } from "../parts/button";
import { schedulesWith } from "../text/sources";

const READABLE = ".md,.markdown,.txt,.html,.htm,.pdf,.docx";
const LARGEST = 50 * 1024 * 1024;

const TABS: readonly { value: string; name: string; icon: ReactNode }[] = [
  { value: "file", name: "Files", icon: <FileText size={15} aria-hidden /> },
  { value: "url", name: "Web page", icon: <Link2 size={15} aria-hidden /> },
  { value: "site", name: "Whole site", icon: <Globe size={15} aria-hidden /> },
  { value: "text", name: "Text", icon: <Type size={15} aria-hidden /> },
  { value: "qa", name: "Question", icon: <MessageCircleQuestion size={15} aria-hidden /> },
];

export function AddSource() {
  return (
    <Tabs.Root className="add-source" defaultValue="file" aria-label="Add a source">
      <Tabs.List className="tabs" aria-label="What to add">
        {TABS.map((tab) => (
          <Tabs.Trigger key={tab.value} className="tabs__tab" value={tab.value}>
            {tab.icon} {tab.name}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      <Tabs.Content className="add-source__body" value="file" tabIndex={-1}>
        <Files />
      </Tabs.Content>
      <Tabs.Content className="add-source__body" value="url" tabIndex={-1}>
        <Form submit="Add page" read={(form) => ({ kind: "url", url: form("url"), ...schedule(form("every")) })}>
          <Address label="Address of the page" placeholder="https://example.com/help/returns" />
          <Schedule />
        </Form>
      </Tabs.Content>
      <Tabs.Content className="add-source__body" value="site" tabIndex={-1}>
        <Form
          submit="Read the site"
          read={(form) => ({
            kind: "site",
            url: form("url"),
            page_limit: Number(form("pages")),
            ...schedule(form("every")),
          })}
        >
          <Address label="Where the site begins" placeholder="https://example.com/help/" />
          <label className="field field--short">
            <span>Pages at most</span>
            <input name="pages" type="number" min={1} max={2000} defaultValue={200} required />
          </label>
          <Schedule />
          <p className="add-source__hint">
            Its sitemap, or else its links, say which pages there are. An address that ends in a folder, like{" "}
            <em>/help/</em>, stays inside it. The site's robots.txt is respected.
          </p>
        </Form>
      </Tabs.Content>
      <Tabs.Content className="add-source__body" value="text" tabIndex={-1}>
        <Form submit="Add text" read={(form) => ({ kind: "text", title: form("title"), text: form("text") })}>
          <label className="field field--wide">
            <span>Title</span>
            <input name="title" maxLength={100} required />
          </label>
          <label className="field field--wide">
            <span>Text</span>
            <textarea name="text" rows={6} required placeholder="Plain words or Markdown. Headings make good parts." />
          </label>
        </Form>
      </Tabs.Content>
      <Tabs.Content className="add-source__body" value="qa" tabIndex={-1}>
        <Form submit="Add answer" read={(form) => ({ kind: "qa", question: form("question"), answer: form("answer") })}>
          <label className="field field--wide">
            <span>Question, as a customer would put it</span>
            <input name="question" maxLength={300} required />
          </label>
          <label className="field field--wide">
            <span>Answer, word for word</span>
            <textarea name="answer" rows={4} maxLength={8000} required />
          </label>
        </Form>
      </Tabs.Content>
    </Tabs.Root>
  );
}

function Files() {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [refused, setRefused] = useState("");
  const upload = useSourceAction(async (files: File[]) => {
    for (const file of files) await sources.upload(file);
  });

  function take(list: FileList | null) {
    const files = [...(list ?? [])];
    const tooLarge = files.filter((file) => file.size > LARGEST);
    setRefused(tooLarge.length > 0 ? `${tooLarge.map((file) => file.name).join(", ")}: larger than 50 MB.` : "");
    const fitting = files.filter((file) => file.size <= LARGEST);
    if (fitting.length > 0) upload.mutate(fitting);
  }

  return (
    <div
      className={over ? "drop is-over" : "drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files);
      }}
    >
      <Upload size={20} aria-hidden />
      <p>
        <strong>{upload.isPending ? "Uploading…" : "Drop files here"}</strong>
        <span>PDF, DOCX, HTML, Markdown or text, up to 50 MB each</span>
      </p>
      <Button onClick={() => input.current?.click()} disabled={upload.isPending}>
        Choose files
      </Button>
      <input
        ref={input}
        className="unseen"
        type="file"
        aria-label="Files"
        tabIndex={-1}
        multiple
        accept={READABLE}
        onChange={(event) => {
          take(event.target.files);
          event.target.value = "";
        }}
      />
      {refused && <p role="alert">{refused}</p>}
    </div>
  );
}

function Form(props: { submit: string; read(form: (name: string) => string): NewSource; children: ReactNode }) {
  const add = useSourceAction(sources.add);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const values = new FormData(form);
    add.mutate(
      props.read((name) => String(values.get(name) ?? "").trim()),
      { onSuccess: () => form.reset() },
    );
  }
  return (
    <form className="add-source__form" onSubmit={submit}>
      {props.children}
      <Button type="submit" look="primary" disabled={add.isPending}>
        {add.isPending ? "Adding…" : props.submit}
      </Button>
    </form>
  );
}

function Address({ label, placeholder }: { label: string; placeholder: string }) {
  return (
    <label className="field field--wide">
      <span>{label}</span>
      <input name="url" inputMode="url" autoComplete="url" placeholder={placeholder} required />
    </label>
  );
}

function Schedule() {
  return (
    <label className="field">
      <span>Read again</span>
      <select name="every" defaultValue="P1D">
        {schedulesWith(null).map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

function schedule(every: string): { every?: string } {
  return every ? { every } : {};
}
