import { afterEach, describe, expect, it, vi } from "vitest";
import { fetchTransport } from "./fetch";

function network(status: number, headers: Record<string, string>, text = "{}"): void {
  vi.stubGlobal("fetch", () =>
    Promise.resolve(new Response(status === 204 ? null : text, { status, headers })),
  );
}

afterEach(() => vi.unstubAllGlobals());

const JSON_TYPE = { "content-type": "application/json" };
const ask = () => fetchTransport.send({ method: "GET", path: "/api/sync/ping" });

describe("an answer", () => {
  it.each([200, 204, 401, 410, 426])(
    "of %s without the school's mark is a stranger's, also in JSON",
    async (status) => {
      network(status, JSON_TYPE);
      await expect(ask()).rejects.toMatchObject({ name: "TransportProblem", reason: "captive" });
    },
  );

  it("with the mark is the school's", async () => {
    network(401, { ...JSON_TYPE, pathfolio: "1" }, '{"slug": "sign_in"}');
    expect(await ask()).toMatchObject({ status: 401, json: { slug: "sign_in" } });
  });

  it("of a bucket tells its code", async () => {
    network(404, { "content-type": "application/xml" }, "<Error><Code>NoSuchUpload</Code></Error>");
    const put = fetchTransport.send({ method: "PUT", path: "https://bucket.test/part" });
    expect(await put).toMatchObject({ status: 404, code: "NoSuchUpload", json: undefined });
  });

  it("of a proxy that does not reach the school is no answer of the school", async () => {
    network(502, { "content-type": "text/html" }, "<html>");
    expect(await ask()).toMatchObject({ status: 502, json: undefined });
  });
});
