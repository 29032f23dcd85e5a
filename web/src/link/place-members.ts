import type { Changes } from '../model/changes.ts';
import type { Members } from '../model/members.ts';
import type { Member, UserId } from '../model/types.ts';

export interface MemberPorts {
  readonly call: <Answer>(method: string, data: object) => Promise<Answer>;
  readonly learnName: (user: UserId, name: string) => void;
}

/** A room or a group of which the members are on screen. */
interface Place {
  readonly id: string;
  readonly members: Members;
  readonly changes: Changes;
}

const pageSize = 200;

/** Reads one page of the members; `before` is called when it is there. What fails is asked for again with the next connection. */
export async function readMembers(kind: 'room' | 'group', { id, members, changes }: Place, ports: MemberPorts, cursor?: string, before?: () => void): Promise<void> {
  try {
    const page = await ports.call<{ members: Member[]; next?: string }>(`${kind}.members`, { [kind]: id, limit: pageSize, cursor });
    for (const member of page.members) ports.learnName(member.id, member.name);
    before?.();
    members.setPage(page.members, page.next, cursor === undefined);
    changes.tell();
  } catch {
    // Asked for again with the next connection.
  }
}

export async function readPresence(kind: 'room' | 'group', { id, members, changes }: Place, ports: MemberPorts): Promise<void> {
  members.presenceAsked();
  try {
    const online = await ports.call<{ count: number; users: Array<{ id: UserId }> }>(`presence.${kind}`, { [kind]: id, limit: pageSize });
    members.setPresence(online.count, online.users.map((user) => user.id));
  } catch {
    members.presenceFailed();
  }
  changes.tell();
}
