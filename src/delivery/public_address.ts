/** Whether the whole internet can reach this IP address. */
export function isPublicAddress(_address: string): boolean {
  return false;
}
