/** Timers of VRRP, of keepalived's check and of haproxy, chosen together. Times are in seconds. */
export interface Profile {
  /** Between two advertisements. The backups take over after three missed ones and a little more. */
  advert: number
  /** The same where VRRP version 2 is used: it knows whole seconds only. */
  advertV2: number
  /** keepalived's check of what it stands for. */
  check: {
    interval: number
    /** More than the interval: a slow answer of a busy node is no failure. */
    timeout: number
    fall: number
    rise: number
  }
  /** haproxy's checks of the API servers. */
  backend: { inter: number; fastinter: number; timeout: number; fall: number; rise: number }
  /** Given to an API server to accept a connection before another one is tried. */
  connect: number
}

/**
 * For every-day hardware: a lost node costs about 1.7 s, and a keepalived that waits a second for the CPU is not
 * taken for dead.
 */
export const BALANCED: Profile = {
  advert: 0.5,
  advertV2: 1,
  check: { interval: 1, timeout: 3, fall: 2, rise: 2 },
  backend: { inter: 1, fastinter: 0.5, timeout: 2, fall: 2, rise: 2 },
  connect: 1,
}

/**
 * How long a connection may say nothing: watches, `kubectl logs -f` and exec are quiet for hours. Peers that have
 * died are found by TCP keepalive instead.
 */
export const IDLE = { timeout: '4h', keepalive: { idle: '60s', interval: '10s', count: 6 } }

/** After a reload the old process serves its connections for this long. */
export const HARD_STOP = '1h'
