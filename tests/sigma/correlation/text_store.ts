import {
  decodeGroup,
  encodeGroup,
  type GroupState,
  MemoryStore,
} from "../../../src/sigma/engine.ts";

/** What a durable store does: a group is a string, and nothing else survives. */
export class TextStore extends MemoryStore {
  override load(key: string, group: string): GroupState | undefined {
    const state = super.load(key, group);
    return state && decodeGroup(encodeGroup(state));
  }

  override save(key: string, group: string, state: GroupState, due: number): void {
    super.delete(key, group);
    super.save(key, group, Object.assign(state, { due: undefined, saved: 0 }), due);
  }
}
