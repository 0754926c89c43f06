/**
 * Escape sequences of terminals: strings (OSC, DCS, SOS, PM, APC) up to their terminator or the end of the
 * line, control sequences (CSI), and the short ones.
 */
const SEQUENCE = new RegExp(
  [
    String.raw`(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?`,
    String.raw`(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?`,
    String.raw`\x1b[ -/]*[0-~]?`,
  ].join('|'),
  'g',
)

/** Control characters but \n and \t, and the marks that reorder text, which make a line read as another one. */
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/**
 * Text from a host, made harmless for a terminal: escape sequences and control characters are gone, line
 * breaks and tabs stay. Printable text is left as it is.
 */
export function terminalText(text: string): string {
  return text.replace(SEQUENCE, '').replace(CONTROL, '')
}
