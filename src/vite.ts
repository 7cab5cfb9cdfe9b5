/**
 * `gil/vite`: the plugin that lets threads under exploration use what is around them.
 *
 * @module vite
 */
export { type GilPlugin, type GilPluginOptions, gil, type SourceMapText, type TransformedFile } from './sim/vitest/plugin.js';
