import { Script, sh } from '../shell/sh.ts'
import { defineKind } from './kind.ts'
import type { PlatformReply } from './replies.ts'

/** There is one platform per host, so the question has nothing to say. */
export type PlatformAsk = Record<string, never>

/**
 * Sets $family and $manager. The family goes before the tools that are there: a RedHat-like host may have
 * apt-get lying around, and a Debian-like one dnf.
 */
export const detectPlatform = new Script(`ID= ID_LIKE=
for release in /etc/os-release /usr/lib/os-release; do
  [ -r "$release" ] && . "$release" && break
done
case " $ID $ID_LIKE " in
*' debian '* | *' ubuntu '*) family=Debian order='apt-get dnf yum' ;;
*' rhel '* | *' fedora '* | *' centos '* | *' rocky '* | *' almalinux '*) family=RedHat order='dnf yum' ;;
*) family=other order='apk zypper dnf yum apt-get' ;;
esac
manager=unknown
for tool in $order; do
  command -v "$tool" >/dev/null 2>&1 && manager=$tool && break
done
[ "$manager" = apt-get ] && manager=apt`)

const MANAGERS = ['apt', 'dnf', 'yum', 'apk', 'zypper', 'unknown'] as const
const SERVICES = ['systemd', 'other'] as const
const FAMILIES = ['Debian', 'RedHat', 'other'] as const

/** Package manager, service manager and family of the operating system. */
export const platform = defineKind<PlatformAsk, PlatformReply>({
  key: () => 'host',
  merge: (first) => first,
  probe: () => sh`${detectPlatform}
services=other
[ -d /run/systemd/system ] && services=systemd
echo "$manager $services $family"`,
  parse(answer, asks) {
    const [manager, services, family, ...rest] = answer.stdout.toString('latin1').trimEnd().split(' ')
    if (answer.code !== 0 || rest.length > 0)
      throw new TypeError('the platform probe did not answer in its form')
    const reply: PlatformReply = {
      packageManager: oneOf(MANAGERS, manager),
      serviceManager: oneOf(SERVICES, services),
      osFamily: oneOf(FAMILIES, family),
    }
    return asks.map(() => reply)
  },
})

function oneOf<Name extends string>(names: readonly Name[], text: string | undefined): Name {
  const found = names.find((name) => name === text)
  if (found === undefined) throw new TypeError(`the platform probe answered ${JSON.stringify(text)}`)
  return found
}
