import { discordReceiver } from "./discord.ts";
import { googleChatReceiver } from "./google_chat.ts";
import { mattermostReceiver } from "./mattermost.ts";
import { slackReceiver } from "./slack.ts";
import { teamsReceiver } from "./teams.ts";
import { telegramReceiver } from "./telegram.ts";

/** The products that people read messages in. */
export const CHAT_RECEIVERS = {
  slack: slackReceiver,
  teams: teamsReceiver,
  "google-chat": googleChatReceiver,
  discord: discordReceiver,
  telegram: telegramReceiver,
  mattermost: mattermostReceiver,
};
