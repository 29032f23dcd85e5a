import { defineConfig } from 'vitest/config';

// The browser tests start the real server and a real Chromium: one file after the other, since
// every file has a server of its own and the machines they run on are small.
export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
