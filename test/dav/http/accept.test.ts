import test from "ava";
import { preferredType } from "../../../dav/http/accept.ts";

const OFFERED = ["text/calendar", "application/calendar+json", "text/html"] as const;

function preferred(accept: string | undefined): string {
  return preferredType(accept, OFFERED);
}

test("the client's favourite of the offered types is chosen", (t) => {
  t.is(preferred("application/calendar+json"), "application/calendar+json");
  t.is(preferred("text/calendar;q=0.5, application/calendar+json;q=0.9"), OFFERED[1]);
  t.is(preferred("text/html,application/xml;q=0.9,*/*;q=0.8"), "text/html");
  t.is(preferred("application/*"), "application/calendar+json");
  t.is(preferred("text/calendar;q=0, */*"), "application/calendar+json");
});

test("the first one is served when the client does not care or likes none", (t) => {
  t.is(preferred(undefined), "text/calendar");
  t.is(preferred("*/*"), "text/calendar");
  t.is(preferred("image/png"), "text/calendar");
  t.is(preferred(";;,q=x/"), "text/calendar");
});
