// Bugs, not taste: how the page is laid out is for people to see.
import js from '@eslint/js';

const browser = ['window', 'document', 'location', 'history', 'navigator', 'localStorage', 'sessionStorage', 'fetch', 'WebSocket', 'URL',
  'URLSearchParams', 'Event', 'EventTarget', 'CustomEvent', 'HTMLElement', 'customElements', 'matchMedia', 'setTimeout', 'clearTimeout',
  'setInterval', 'clearInterval', 'performance', 'getComputedStyle', 'IntersectionObserver', 'ResizeObserver', 'ImageData', 'TextDecoder',
  'FormData', 'DOMPoint', 'crypto', 'console', 'requestAnimationFrame', 'Blob'];

export default [
  {ignores: ['**/vendor/**', '**/words*.js']},
  js.configs.recommended,
  {
    languageOptions: {ecmaVersion: 2024, sourceType: 'module', globals: Object.fromEntries(browser.map((name) => [name, 'readonly']))},
    rules: {
      'no-unused-vars': ['error', {argsIgnorePattern: '^_', varsIgnorePattern: '^_'}],
      'no-var': 'error', 'prefer-const': 'error', eqeqeq: ['error', 'always', {null: 'ignore'}], 'no-shadow': 'off',
      'no-implied-eval': 'error', 'no-eval': 'error', 'no-self-compare': 'error', 'no-unmodified-loop-condition': 'error',
      'require-atomic-updates': 'off', 'no-promise-executor-return': 'off', 'no-console': 'error',
    },
  },
];
