import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/bench/**'],
          // The modules are loaded once for each worker, not for each file: a third of the time. No test replaces one.
          isolate: false,
          // Seconds on a quiet machine; a busy one must not turn them red.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'lab',
          include: ['test/e2e/**/*.test.ts'],
          // The one set-up after the other, and a minute without CPU time, take minutes: `npm run test:all` has them.
          exclude: process.env['HAKUBE_TEST_ALL']
            ? []
            : [
                'setups',
                'saturated',
                'silence',
                'preflight-more',
                'migrate',
                'change',
                'differential',
                'prediction-containers',
                'prediction-endpoint',
                'prediction-more',
                'tasks-accounts',
                'tasks-accounts-files',
                'tasks-containers',
                'tasks-host',
                'tasks-packages',
                'tasks-transfer',
                'tasks-ufw',
              ].map((name) => `test/e2e/${name}.test.ts`),
          globalSetup: ['test/e2e/support/setup.ts'],
          // One lab serves all files: they would reset each other's hosts if they ran side by side.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
