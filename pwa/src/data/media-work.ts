// Joins the engine with the work on files in media/.

import { UploadQueue, prepare } from "./media";
import type { MediaWork } from "./media-shapes";

export const mediaWork: MediaWork = {
  prepare: (file, meta, core, media) => prepare(file, meta, { media, clock: core.ports.clock }),
  queue(core, media) {
    const { transport, clock, around } = core.ports;
    const changed = (ids: string[]): void => {
      void core.loadUploads().then(() => core.tell(ids, ["uploads", "status"]));
    };
    return new UploadQueue({ transport, outbox: core.outbox, media, clock, around, changed });
  },
};
