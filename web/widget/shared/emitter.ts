/// The events a page can listen to with `Chatref.on`.

export interface Happenings {
  ready: undefined;
  error: Error;
  open: undefined;
  close: undefined;
  "message:sent": { id: string; text: string };
  "message:received": { id: string; text: string; author: { kind: string; name: string } };
  unread: number;
  "conversation:started": { id: string };
  "conversation:ended": { id: string };
}

export type Happening = keyof Happenings;

export class Emitter {
  private readonly listeners = new Map<Happening, Set<(payload: never) => void>>();

  on<E extends Happening>(name: E, listener: (payload: Happenings[E]) => void): () => void {
    const group = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, group.add(listener));
    return () => void group.delete(listener);
  }

  emit<E extends Happening>(name: E, payload: Happenings[E]): void {
    for (const listener of [...(this.listeners.get(name) ?? [])]) {
      try {
        (listener as (payload: Happenings[E]) => void)(payload);
      } catch (error) {
        // The page's own mistake must show up in its console, but not stop the chat.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
