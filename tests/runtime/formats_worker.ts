/** Makes requests of formats in workerd: what is posted is a list of [format, options, content]. */
import { formatOf } from "../../src/delivery/format/formats.ts";
import type { MadeRequest } from "./formats_test.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    const wanted: MadeRequest[] = await request.json();
    return Response.json(
      wanted.map(([format, options, content]) =>
        formatOf(format).request(content, { options, linkTo: (id) => `https://x.example/${id}` })
      ),
    );
  },
};
