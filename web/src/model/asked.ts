import type { Group, GroupId } from './types.ts';

/**
 * The groups a person asked to be let into. The own channel says what becomes of a request; a list
 * of groups that was asked for before such an event is older than it, and does not undo it.
 */
export class Asked {
  private readonly open = new Map<GroupId, string>();
  private readonly refused = new Map<GroupId, string>();
  private readonly changedAt = new Map<GroupId, number>();
  /** Goes up with every event. */
  version = 0;

  get(group: GroupId): string | undefined {
    return this.open.get(group);
  }

  /** Why the last request was declined; empty without a reason, undefined if it was not. */
  declined(group: GroupId): string | undefined {
    return this.refused.get(group);
  }

  pending(group: GroupId, request: string): void {
    this.settle(group);
    this.open.set(group, request);
  }

  ended(group: GroupId): void {
    this.settle(group);
  }

  decline(group: GroupId, reason: string): void {
    this.settle(group);
    this.refused.set(group, reason);
  }

  /** What a list or an answer says, which was asked for at `version`. */
  learn(groups: readonly Group[], version: number): void {
    for (const { id, request } of groups) {
      if ((this.changedAt.get(id) ?? 0) > version) continue;
      if (request) this.open.set(id, request);
      else this.open.delete(id);
    }
  }

  private settle(group: GroupId): void {
    this.version += 1;
    this.changedAt.set(group, this.version);
    this.open.delete(group);
    this.refused.delete(group);
  }
}
