export {
  isLanguage,
  language,
  languages,
  preferred,
  speak,
  speakFully,
  t,
  type Language,
} from "./language.svelte";
export { bytes, when } from "./when";
