/** While an input method composes, Enter chooses a word and never sends. */
export function composing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

const sizesItself = CSS.supports('field-sizing', 'content');

/** Browsers without `field-sizing` are told the height of what is written. */
export function growing(field: HTMLTextAreaElement): void {
  if (sizesItself) return;
  field.style.setProperty('height', 'auto');
  field.style.setProperty('height', `${field.scrollHeight}px`);
}
