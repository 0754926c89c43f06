import { lines, type Script, sh } from '../shell/sh.ts'

/** Files that the bundled playbook writes on a node, and that are put back when a change turns out bad. */
export const MANAGED: readonly string[] = [
  '/etc/haproxy/haproxy.cfg',
  '/etc/keepalived/keepalived.conf',
  '/usr/libexec/keepalived/hakube-check',
  '/etc/systemd/system/haproxy.service.d/hakube.conf',
  '/etc/systemd/system/keepalived.service.d/hakube.conf',
]

const SERVICES = ['haproxy', 'keepalived']
/** Root's alone: configurations may hold a password. */
const FOLDER = '/var/lib/hakube/before'

/**
 * Keeps what there is before the first change of a run. Prints `kept` if the node was part of an endpoint before, so
 * that there is something to go back to.
 */
export const snapshotScript: Script = lines(
  sh`set -e
umask 077
rm -rf ${FOLDER}
mkdir -p ${FOLDER}`,
  ...MANAGED.map((path, index) => sh`if [ -f ${path} ]; then cp -p ${path} ${`${FOLDER}/${index}`}; fi`),
  sh`for service in ${SERVICES}; do systemctl is-active --quiet $service.service && echo $service; done >${`${FOLDER}/active`} || :`,
  sh`if [ -s ${`${FOLDER}/active`} ]; then echo kept; fi`,
)

/** Puts everything back, as far as it differs, and has the services take it up. */
export const restoreScript: Script = lines(
  sh`set -e
[ -s ${`${FOLDER}/active`} ]
back() {
  if [ -f ${FOLDER}/"$1" ]; then
    cmp -s ${FOLDER}/"$1" "$2" && return
    cp -p ${FOLDER}/"$1" "$2.hakube-restore"
    mv -f "$2.hakube-restore" "$2"
    ! command -v restorecon >/dev/null 2>&1 || restorecon "$2"
  else
    rm -f "$2"
  fi
}`,
  ...MANAGED.map((path, index) => sh`back ${index} ${path}`),
  sh`systemctl daemon-reload
for service in ${SERVICES}; do
  if grep -qx $service ${`${FOLDER}/active`}; then
    systemctl reset-failed $service.service 2>/dev/null || :
    systemctl reload-or-restart $service.service
  else
    systemctl stop $service.service 2>/dev/null || :
  fi
done`,
)
