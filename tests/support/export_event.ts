import { resourceFromAttributes } from "@opentelemetry/resources";
import { LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";

type Exporter = ConstructorParameters<typeof SimpleLogRecordProcessor>[0]["exporter"];

/** Sends one event of the activity log with an exporter of OpenTelemetry, as ThousandEyes would. */
export async function exportEvent(exporter: Exporter, event: {
  aid: string;
  date: number;
  event: string;
  uid: string;
  user: string;
  email: string;
  resources: { type: string; name: string }[];
}): Promise<void> {
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({ "thousandeyes.account.id": event.aid }),
    processors: [new SimpleLogRecordProcessor({ exporter })],
  });
  provider.getLogger("activity-log").emit({
    timestamp: event.date,
    body: event.event,
    severityText: "INFO",
    attributes: {
      "thousandeyes.user.id": event.uid,
      "thousandeyes.user.name": event.user,
      "thousandeyes.user.email": event.email,
      "thousandeyes.activitylog.resources": event.resources,
    },
  });
  await provider.forceFlush();
  await provider.shutdown();
}
