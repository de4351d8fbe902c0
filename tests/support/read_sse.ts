import { createParser, type EventSourceMessage } from "eventsource-parser";

/** Reads an event stream the way a client does, message by message. */
export class SseReader {
  #reader: ReadableStreamDefaultReader<Uint8Array>;
  #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #messages: EventSourceMessage[] = [];
  #parser = createParser({
    onEvent: (message) => {
      this.#check(message.event, message.data);
      this.#messages.push(message);
    },
    onRetry: (ms) => this.retry = ms,
    onComment: (text) => this.comments.push(text),
  });
  comments: string[] = [];
  retry: number | undefined;

  #check: (event: string | undefined, data: string) => void;

  /**
   * @param stream The stream.
   * @param check Throws if a message is not what it should be.
   */
  constructor(
    stream: ReadableStream<Uint8Array>,
    check: (event: string | undefined, data: string) => void = () => {},
  ) {
    this.#reader = stream.getReader();
    this.#check = check;
  }

  /** Takes the next message, or undefined at the end. */
  async next(): Promise<EventSourceMessage | undefined> {
    while (this.#messages.length === 0) {
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#parser.feed(this.#decoder.decode(value, { stream: true }));
    }
    return this.#messages.shift();
  }

  /** Takes the next `count` messages. */
  async take(count: number): Promise<EventSourceMessage[]> {
    const taken: EventSourceMessage[] = [];
    while (taken.length < count) {
      const message = await this.next();
      if (message === undefined) throw new Error(`The stream ended after ${taken.length} messages`);
      taken.push(message);
    }
    return taken;
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}
