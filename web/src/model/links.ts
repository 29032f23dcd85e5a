export interface TextPart {
  readonly text: string;
  readonly link: boolean;
}

const address = /\bhttps?:\/\/[^\s<>"]+/gi;

/** Splits a message into plain text and addresses; only http and https become links. */
export function partsOf(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(address)) {
    const found = withoutTail(match[0]);
    if (match.index > from) parts.push({ text: text.slice(from, match.index), link: false });
    parts.push({ text: found, link: true });
    from = match.index + found.length;
  }
  if (from < text.length || parts.length === 0) parts.push({ text: text.slice(from), link: false });
  return parts;
}

function count(text: string, letter: string, end: number): number {
  return text.slice(0, end).split(letter).length - 1;
}

/** A full stop or a bracket after an address belongs to the sentence, not to the address. */
function withoutTail(found: string): string {
  let end = found.length;
  while (end > 0) {
    const last = found[end - 1] as string;
    const closes = last === ')' && count(found, ')', end) > count(found, '(', end);
    if (!/[.,;:!?'*_]/.test(last) && !closes) break;
    end -= 1;
  }
  return found.slice(0, end);
}
