import { type ChildProcess, spawn } from 'node:child_process'
import type { Channel, Ending } from './channel.ts'

/**
 * A program on the controller as a channel, in that directory or in hakube's own. It gets a session of its own: Ctrl-C in the terminal is for
 * hakube, which decides what becomes of its programs.
 */
export function startProcess(command: string, args: readonly string[], cwd?: string): Channel {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true, cwd })
  const ended = new Promise<Ending>((resolve) => {
    child.on('error', () => resolve({ code: 127, signal: null }))
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
  return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, ended, destroy: () => end(child) }
}

function end(child: ChildProcess): void {
  child.stdin?.destroy()
  child.stdout?.destroy()
  child.stderr?.destroy()
  // Only the program itself: what an apply has started in a group of its own must be able to end.
  child.kill('SIGHUP')
  child.unref()
}
