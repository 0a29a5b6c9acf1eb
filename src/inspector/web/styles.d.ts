/**
 * Style sheets, which vite reads and puts into the page; a module imports one for that alone.
 */

declare module '*.css';
