import { hakube, type Ran, type RunSettings } from './hakube.ts'

interface Finding {
  check: string
  level: 'ok' | 'warn' | 'unknown' | 'fail'
  where: string
  what: string
  todo?: string
}

export interface Report extends Ran {
  findings: Finding[]
}

/** Runs `hakube preflight`. */
export async function preflight(inventory: string, ...args: string[]): Promise<Report> {
  return preflightWith({}, inventory, ...args)
}

export async function preflightWith(
  settings: RunSettings,
  inventory: string,
  ...args: string[]
): Promise<Report> {
  const ran = await hakube(['preflight', '-i', inventory, '-o', 'json', ...args], settings)
  if (!ran.stdout.startsWith('{')) throw new Error(`no report:\n${ran.stdout}\n${ran.stderr}`)
  const { endpoints }: { endpoints: { findings: Finding[] }[] } = JSON.parse(ran.stdout)
  return { ...ran, findings: endpoints.flatMap(({ findings }) => findings) }
}

/** The findings of one check, as `level where: what`. */
export function found({ findings }: Report, check: string): string[] {
  return findings
    .filter((one) => one.check === check)
    .map(({ level, where, what }) => `${level} ${where}: ${what}`)
}

/** Undoes what a test did, whatever became of it. */
export async function during<T>(undo: () => Promise<unknown>, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } finally {
    await undo()
  }
}

/** A perl program for a host or the client: says VRRP 2 with this ID to everybody, four times a second. */
export function sayVrrp(vrid: number, address: string): string {
  return `socket(my $s, 2, 3, 112) or die $!;
setsockopt($s, 0, 33, pack('l', 255));
bind($s, pack('S n C4 x8', 2, 0, ${address.split('.').join(', ')})) or die $!;
my $p = pack('C8', 0x21, ${vrid}, 150, 1, 0, 1, 0, 0) . pack('C4', 10, 88, 0, 119) . "\\0" x 8;
my $sum = 0;
$sum += $_ for unpack('n*', $p);
$sum = ($sum & 0xffff) + ($sum >> 16);
substr($p, 6, 2) = pack('n', ~$sum & 0xffff);
for (1 .. 200) { send($s, $p, 0, pack('S n C4 x8', 2, 0, 224, 0, 0, 18)); select(undef, undef, undef, 0.25) }`
}
