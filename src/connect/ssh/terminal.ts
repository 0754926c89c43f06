import type { PseudoTtyOptions, TerminalModes } from 'ssh2'

/** What a terminal does to bytes, RFC 4254, 8. */
const MEDDLING = [
  ...(['ECHO', 'ECHOE', 'ECHOK', 'ECHONL', 'ECHOCTL', 'ECHOKE', 'ICANON', 'ISIG', 'IEXTEN'] as const),
  ...(['ICRNL', 'INLCR', 'IGNCR', 'IXON', 'IXOFF', 'IXANY', 'ISTRIP', 'INPCK', 'PARMRK'] as const),
  ...(['OPOST', 'OLCUC', 'ONLCR', 'OCRNL', 'ONOCR', 'ONLRET', 'PARENB'] as const),
]

/** A terminal for programs that insist on one; it passes every byte as it is, from the first one on. */
export const RAW_TERMINAL: PseudoTtyOptions = {
  rows: 24,
  cols: 80,
  height: 0,
  width: 0,
  term: 'dumb',
  modes: rawModes(),
}

function rawModes(): TerminalModes {
  const modes: TerminalModes = { CS8: 1 }
  for (const name of MEDDLING) modes[name] = 0
  return modes
}
