import { render } from "preact";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FormField } from "../shared/wire";
import { DetailsForm } from "./form";

const field = (name: string, label: string, type: FormField["type"]): FormField => ({
  name,
  label,
  type,
  required: true,
  choices: [],
  placeholder: "",
});
const EMAIL = field("email", "Your e-mail address", "email");

let root: HTMLElement;
const say = vi.fn();

function shown(fields: FormField[], opened = false): HTMLFormElement {
  render(<DetailsForm fields={fields} opened={opened} say={say} />, root);
  return root.querySelector("form") as HTMLFormElement;
}

function fill(form: HTMLFormElement, name: string, value: string): void {
  (form.elements.namedItem(name) as HTMLInputElement).value = value;
}

const send = (form: HTMLFormElement): boolean => form.dispatchEvent(new Event("submit", { cancelable: true }));

describe("a form in the chat", () => {
  beforeEach(() => {
    root = document.body.appendChild(document.createElement("div"));
    say.mockClear();
  });
  afterEach(() => {
    render(null, root);
    root.remove();
  });

  it("of one field is answered as if it was written, and the browser helps to fill it in", () => {
    const form = shown([EMAIL]);
    expect(form.getAttribute("aria-label")).toBe("Your e-mail address");
    const input = form.elements.namedItem("email") as HTMLInputElement;
    expect([input.type, input.autocomplete, input.required]).toEqual(["email", "email", true]);
    fill(form, "email", " ann@example.com ");
    send(form);
    expect(say).toHaveBeenCalledExactlyOnceWith({ text: "ann@example.com", details: { email: "ann@example.com" } });
  });

  it("of several fields says which is which, and leaves out what is empty", () => {
    const form = shown([field("order", "Order number?", "number"), EMAIL, field("why", "Reason", "text")]);
    fill(form, "order", "0042");
    fill(form, "why", "Moving");
    send(form);
    expect(say).toHaveBeenCalledExactlyOnceWith({
      text: "Order number: 0042\nReason: Moving",
      details: { order: "0042", why: "Moving" },
    });
  });

  it("with nothing in it says nothing", () => {
    send(shown([EMAIL]));
    expect(say).not.toHaveBeenCalled();
  });

  it("takes the caret only where the visitor has opened it", async () => {
    shown([EMAIL]);
    await new Promise((settled) => setTimeout(settled, 50));
    expect(document.activeElement).toBe(document.body);
    render(null, root);
    const input = shown([EMAIL], true).elements.namedItem("email");
    await vi.waitFor(() => expect(document.activeElement).toBe(input));
  });
});
