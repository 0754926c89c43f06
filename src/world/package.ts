import { sh } from '../shell/sh.ts'
import { defineKind, Unknown } from './kind.ts'
import { detectPlatform } from './platform.ts'
import type { PackageAsk, PackageReply } from './replies.ts'

/** Installed packages, out of rpm's or dpkg's database; never by dnf or apt, which write. */
export const package_ = defineKind<PackageAsk, PackageReply>({
  key: (ask) => ask.name,
  merge: (first, second) => ({
    name: first.name,
    candidate: first.candidate === true || second.candidate === true,
  }),
  probe: (asks) => sh`${detectPlatform}
echo "$manager"
: ${asks.map((ask) => ask.name)}`,
  parse: (_answer, asks) => asks.map(() => new Unknown('package probe is being written')),
})
