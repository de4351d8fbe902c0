/** A rule about failed logins, and a correlation that counts them. */
export const FAILED_LOGINS = `title: Failed login
id: 929a690e-bef0-4204-a928-ef5e620d6fcc
name: failed_login
logsource: { product: thousandeyes, service: audit }
detection:
  selection: { event: Login failed. }
  condition: selection
level: low
---
title: Many failed logins
id: 0e95725d-7320-415d-80f7-004da920fc11
correlation:
  type: event_count
  rules: failed_login
  group-by: user.name
  timespan: 10m
  condition: { gte: 3 }
level: high
`;
