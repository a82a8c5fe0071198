export { isLanguage, language, languages, preferred, speak, t, type Language } from "./language.svelte";
export { bytes, when } from "./when";
