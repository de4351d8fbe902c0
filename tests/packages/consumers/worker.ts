import { consume } from "./consume.ts";

export default {
  async fetch(_: Request, env: { BASE_URL: string; TOKEN: string }): Promise<Response> {
    return Response.json(await consume({ baseUrl: env.BASE_URL, token: env.TOKEN }));
  },
};
