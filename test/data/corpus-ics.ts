/**
 * What becomes of each file of the corpus of real calendars when it is stored: "accepted", or the condition
 * that refuses it and why.
 */
export const CORPUS_ICS: Readonly<Record<string, string>> = {
  "Radicale__event10.502452.ics": "accepted",
  "Radicale__event1_modified.5fa525.ics": "accepted",
  "Radicale__event1_y2040.4b7f63.ics": "accepted",
  "Radicale__event1a1.a87751.ics": "accepted",
  "Radicale__event3.771fb3.ics": "accepted",
  "Radicale__event4.b3e55d.ics": "accepted",
  "Radicale__event9.9771b8.ics": "accepted",
  "Radicale__event_daily_rrule_forever.de9cd2.ics": "accepted",
  "Radicale__event_full_day_rrule_overridden.a5d700.ics": "accepted",
  "Radicale__event_full_day_rrule_until_50y.0052be.ics": "accepted",
  "Radicale__event_issue1812_getetag.afa103.ics": "accepted",
  "Radicale__event_issue1970_problem.3038e4.ics": "accepted",
  "Radicale__event_issue2172.65e3c7.ics": "accepted",
  "Radicale__event_rdate_period_start_duration_multi.c9ab68.ics": "accepted",
  "Radicale__event_rdate_period_start_stop_multi.ddea72.ics": "accepted",
  "Radicale__event_timezone_seconds.ba05c8.ics": "accepted",
  "Radicale__journal2.6adb85.ics": "accepted",
  "Radicale__todo6.7fea99.ics": "accepted",
  "Radicale__todo7.871b47.ics": "accepted",
  "Radicale__todo8.035394.ics": "accepted",
  "Radicale__valarm2.ab3bd9.ics": "accepted",
  "biweekly__issue101.2b0784.ics": "accepted",
  "biweekly__issue115-2.c75211.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "biweekly__rfc5545-example1.b28be5.ics": "accepted",
  "calcard__000.6d25d5.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__005.76d7da.ics": "accepted",
  "calcard__007.9ecebe.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__009.e7f097.ics": "valid-calendar-object-resource: several objects in one file",
  "calcard__011.5b2d5a.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__015.5ba569.ics": "valid-calendar-object-resource: several objects in one file",
  "calcard__017.bdb3fe.ics": "accepted",
  "calcard__029.536f75.ics": "valid-calendar-object-resource: a component without UID",
  "calcard__030.431ebf.ics": "valid-calendar-object-resource: several objects in one file",
  "calcard__033.94a13a.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__038.f251cc.ics": "accepted",
  "calcard__041.e38bfc.ics": "valid-calendar-object-resource: several objects in one file",
  "calcard__045.fb0683.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__047.dfffa1.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__048.0c1996.ics": "valid-calendar-object-resource: several objects in one file",
  "calcard__052.4d0e86.ics": "valid-calendar-object-resource: no calendar component",
  "calcard__059.0d09bb.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "calcard__060.1d28e4.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "calcard__063.eeab56.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "calcard__066.384b65.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "calcard__067.134dd3.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "calcard__072.a43068.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__084.d12343.ics": "valid-calendar-object-resource: a component without UID",
  "calcard__085.c390c3.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__086.2e284d.ics": 'valid-calendar-data: a line that is no property: "X"',
  "calcard__088.9d2ffc.ics": "accepted",
  "calcard__090.60213a.ics": "accepted",
  "calcard__091.7b49d8.ics":
    'valid-calendar-data: a line that is no property: "X-APPLE-RADIUS=49.91307046514149"',
  "calcard__094.709fb3.ics":
    'supported-calendar-component: a calendar cannot hold "UNKNOWN" components',
  "calcard__097.1a7747.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__098.1611e2.ics": "valid-calendar-object-resource: a component without UID",
  "calcard__103.36fc19.ics": "valid-calendar-object-resource: several objects in one file",
  "calcard__107.198d76.ics": "valid-calendar-object-resource: a component without UID",
  "calcard__108.729928.ics": "valid-calendar-object-resource: several component types in one file",
  "calcard__110.9ef662.ics": "valid-calendar-object-resource: several calendars in one file",
  "calcard__113.73bdbe.ics": "valid-calendar-object-resource: only a VTIMEZONE",
  "calcard__117.5443df.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__120.7a12d3.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__123.984beb.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__131.dd3fde.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "calcard__132.4c1ca3.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "calcard__133.c9fac3.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "calcard__134.16122d.ics": 'valid-calendar-data: a line that is no property: "X"',
  "calcard__135.21e9d8.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "calcard__137.4ad1bb.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "calcard__138.263d4a.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "calcard__139.311b7d.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "calcard__140.aebdbd.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "calcard__144.2a6583.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "calcard__145.1aa57e.ics": "accepted",
  "calcard__148.784595.ics": "valid-calendar-data: the text breaks off",
  "calcard__150.ae5ec6.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__152.83a480.ics": "valid-calendar-object-resource: a component without UID",
  "calcard__154.c751d5.ics": "accepted",
  "calcard__157.9b116c.ics": "accepted",
  "calcard__159.351883.ics": "valid-calendar-object-resource: several objects in one file",
  "calcard__160.3062e9.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "calcard__163.7b430b.ics":
    "valid-calendar-data: a VCALENDAR begins inside another one; END:VCALENDAR may be missing",
  "calcard__164.b84818.ics": "accepted",
  "calcard__168.a7f586.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__175.9adbe2.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__176.5c5493.ics": "valid-calendar-object-resource: several objects in one file",
  "calcard__184.904530.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__188.96bde1.ics": "accepted",
  "calcard__190.eb864a.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__191.7aac1a.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__192.ac3b7f.ics": "valid-calendar-object-resource: several calendars in one file",
  "calcard__195.6e118e.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__196.91dc1b.ics": "accepted",
  "calcard__200.7e1652.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__206.eb5963.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__207.442655.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__208.9ef0c9.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__213.afbaea.ics": "valid-calendar-object-resource: several objects in one file",
  "calcard__214.d49c35.ics": "accepted",
  "calcard__216.a3b3d2.ics": "accepted",
  "calcard__217.742db6.ics": "valid-calendar-object-resource: a component without UID",
  "calcard__219.10d4bb.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__220.860322.ics": "valid-calendar-object-resource: several calendars in one file",
  "calcard__221.07c84c.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calcard__229.a61a9f.ics": "accepted",
  "calcard__233.8afa80.ics": "valid-calendar-object-resource: several objects in one file",
  "calcard__240.c38ab8.ics": "accepted",
  "calcard__242.5247fc.ics": "accepted",
  "calcard__243.bf3060.ics": "accepted",
  "calcard__293.81bf0d.ics": "accepted",
  "calcard__294.019b04.ics": "accepted",
  "calcard__300.e679d0.ics": "valid-calendar-object-resource: several component types in one file",
  "calendar-js__complex-recurrence-id-modifications.98f204.ics": "accepted",
  "calendar-js__dtstart-only-is-all-day.0677fe.ics":
    "valid-calendar-object-resource: several objects in one file",
  "calendar-js__empty-trigger-with-parameters.02783f.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calendar-js__illegal-created-sanitized.46da66.ics": "accepted",
  "calendar-js__illegal-created.ddf410.ics": "accepted",
  "calendar-js__import-vevent.7e85dd.ics":
    "valid-calendar-object-resource: several objects in one file",
  "calendar-js__import-vjournal-vtodo.8c351c.ics":
    "valid-calendar-object-resource: several component types in one file",
  "calendar-js__itip-cancel.4e649e.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calendar-js__missing-uid-sanitized.0333e9.ics":
    "valid-calendar-object-resource: several objects in one file",
  "calendar-js__missing-uid.ce7f58.ics": "valid-calendar-object-resource: a component without UID",
  "calendar-js__missing-value-date-sanitized.e80a7f.ics":
    "valid-calendar-object-resource: several objects in one file",
  "calendar-js__missing-value-date.d1fa94.ics":
    "valid-calendar-object-resource: several objects in one file",
  "calendar-js__multiple-vcalendar-blocks.59b053.ics":
    "valid-calendar-object-resource: several calendars in one file",
  "calendar-js__recurring-with-end-count-with-rdates.43a3aa.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calendar-js__recurring-with-end-until-with-rdates.9afac9.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calendar-js__rrule-weekly-recurrence-id.2ff044.ics": "accepted",
  "calendar-js__simple-date-dtstart-duration.6267f3.ics": "accepted",
  "calendar-js__simple-date-time-europe-berlin-dtstart-dtend.f7d508.ics": "accepted",
  "calendar-js__timezone-america-la.b5dd04.ics":
    "valid-calendar-data: a component without VCALENDAR around it",
  "calendar-js__timezone-america-nyc.a03b33.ics":
    "valid-calendar-data: a component without VCALENDAR around it",
  "calendar-js__timezone-europe-berlin.e42b84.ics":
    "valid-calendar-data: a component without VCALENDAR around it",
  "calendar-js__unicode-non-character-ffff-before.635a98.ics":
    "valid-calendar-object-resource: several objects in one file",
  "calendar-js__vtodo-dtstart-duration.c436eb.ics": "accepted",
  "calendar-js__vtodo-no-due-no-dtstart.705adc.ics": "accepted",
  "calendar-js__vtodo-recurring-due-dtstart.8032ad.ics": "accepted",
  "calendar-js__weekly-recurring-with-exception.215b62.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calendar__absoluteAlarm.2e3b3d.ics":
    "valid-calendar-data: a component without VCALENDAR around it",
  "calendar__counter.136cae.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calendar__explicitFreeSlot.c0f28f.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calendar__freebusy-reply.649c22.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calendar__publish.041ca9.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calendar__relativeAlarmAfter.1a0697.ics":
    "valid-calendar-data: a component without VCALENDAR around it",
  "calendar__relativeAlarmBefore.443573.ics":
    "valid-calendar-data: a component without VCALENDAR around it",
  "calendar__request.0a95ce.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "calendar__vcalendar-empty.d91b92.ics": "valid-calendar-object-resource: no calendar component",
  "calendar__vcalendar-event-alarms.06033a.ics": "accepted",
  "calendar__vcalendar-event-custom-color.1bea52.ics": "accepted",
  "calendar__vcalendar-event-floating-time.54276d.ics": "accepted",
  "calendar__vcalendar-event-timed.aab7ee.ics": "accepted",
  "ccs-calendarserver__Amsterdam.84021f.ics": "valid-calendar-object-resource: only a VTIMEZONE",
  "ccs-calendarserver__Apia.7736bd.ics": "valid-calendar-object-resource: only a VTIMEZONE",
  "ccs-calendarserver__Godthab.f702fc.ics": "valid-calendar-object-resource: only a VTIMEZONE",
  "ccs-calendarserver__Istanbul.b015d0.ics": "valid-calendar-object-resource: only a VTIMEZONE",
  "ccs-calendarserver__Kolkata.088d2c.ics": "valid-calendar-object-resource: only a VTIMEZONE",
  "ccs-calendarserver__Monrovia.07a9f4.ics": "valid-calendar-object-resource: only a VTIMEZONE",
  "ccs-calendarserver__Moscow.3f952a.ics": "valid-calendar-object-resource: only a VTIMEZONE",
  "cyrus-imapd__color.864920.ics": "accepted",
  "cyrus-imapd__endtimezone.358c28.ics": "accepted",
  "cyrus-imapd__keywords.d6aef2.ics": "accepted",
  "cyrus-imapd__locations.932f51.ics": "accepted",
  "cyrus-imapd__organizer_bogusuri.8f1b20.ics": "accepted",
  "cyrus-imapd__organizer_noattendees.9d9275.ics": "accepted",
  "cyrus-imapd__recurrenceoverrides-mixed-datetypes.599357.ics": "accepted",
  "cyrus-imapd__recurrenceoverrides.38eee1.ics": "accepted",
  "cyrus-imapd__rsvpsequence.3ec1c7.ics": "accepted",
  "cyrus-imapd__translations.c6c2f4.ics": "accepted",
  "evolution-data-server__event-0.591e50.ics":
    "valid-calendar-data: a component without VCALENDAR around it",
  "evolution-data-server__event-1.55da9f.ics":
    "valid-calendar-data: a component without VCALENDAR around it",
  "evolution-data-server__event-2.95d667.ics":
    "valid-calendar-data: a component without VCALENDAR around it",
  "evolution-data-server__event-8.6f5ff3.ics":
    "valid-calendar-data: a component without VCALENDAR around it",
  "evolution-data-server__invite-2.41d8e5.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "evolution-data-server__task-4.b3b813.ics":
    "valid-calendar-data: a component without VCALENDAR around it",
  "evolution-data-server__task-5.677b93.ics":
    "valid-calendar-data: a component without VCALENDAR around it",
  "evolution-data-server__task-6.bade6c.ics":
    "valid-calendar-data: a component without VCALENDAR around it",
  "evolution-data-server__task-8.a63b1e.ics":
    "valid-calendar-data: a component without VCALENDAR around it",
  "holiday-cn__2012.09210f.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "holiday-cn__2016.ee1030.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "holiday-cn__2017.0255a9.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "ical.js__integer.af6964.ics": "valid-calendar-object-resource: no calendar component",
  "ical.js__minimal.80d8b4.ics": "accepted",
  "ical.js__multiple_rrules.1006c4.ics": "accepted",
  "ical.js__multivalue.e26aa6.ics": "valid-calendar-object-resource: no calendar component",
  "ical.js__period.6d1952.ics": "valid-calendar-object-resource: no calendar component",
  "ical.js__property_params.542ae4.ics": "valid-calendar-object-resource: no calendar component",
  "ical.js__recur.9ec3cf.ics": "valid-calendar-object-resource: no calendar component",
  "ical.js__recur_instances.47c2fa.ics": "accepted",
  "ical.js__recur_instances_finite.2fc679.ics": "accepted",
  "ical.js__tzid_with_gmt.1fd643.ics": "valid-calendar-object-resource: no calendar component",
  "ical.js__utc_negative_zero.c95381.ics": "accepted",
  "ical.js__values.a1fe36.ics": "valid-calendar-object-resource: no calendar component",
  "ical.net__Attachment4.bbd5f2.ics": "accepted",
  "ical.net__Attendee1.aaef24.ics": "accepted",
  "ical.net__Bug1741093.d3913d.ics": "accepted",
  "ical.net__Bug2033495.394f3e.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "ical.net__Bug2912657.ef1705.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "ical.net__ByMonth1.1632cf.ics": "accepted",
  "ical.net__Calendar1.d448e3.ics":
    "valid-calendar-object-resource: several component types in one file",
  "ical.net__CalendarParameters2.64cbe5.ics": "accepted",
  "ical.net__Daily1.a8cbc5.ics": "accepted",
  "ical.net__DailyByDay1.503238.ics": "accepted",
  "ical.net__DailyByHourMinute1.641fc6.ics": "accepted",
  "ical.net__DailyInterval1.f5704b.ics": "accepted",
  "ical.net__DailyInterval2.3df5da.ics": "accepted",
  "ical.net__DateTime1.68e957.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "ical.net__EmptyLines1.40cad6.ics": "valid-calendar-object-resource: several objects in one file",
  "ical.net__Hourly1.0d6024.ics": "accepted",
  "ical.net__JOURNAL1.df4167.ics": "accepted",
  "ical.net__Language1.d749ee.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "ical.net__Language2.c7a412.ics":
    "valid-calendar-object-resource: several component types in one file",
  "ical.net__Minutely1.07e044.ics":
    "max-instances: the RRULE makes more than 40000 instances in a year",
  "ical.net__MinutelyByHour1.c2f0d5.ics": "accepted",
  "ical.net__MonthlyByMonthDay1.f3d046.ics": "accepted",
  "ical.net__MonthlyByMonthDay2.5a8aa2.ics": "accepted",
  "ical.net__MonthlyCountByDay1.3269f0.ics": "accepted",
  "ical.net__MonthlyCountByDay2.ed0dec.ics": "accepted",
  "ical.net__MonthlyCountByDay3.b09d91.ics": "accepted",
  "ical.net__MonthlyCountByMonthDay3.066e7e.ics": "accepted",
  "ical.net__MonthlyInterval1.74b3b1.ics": "accepted",
  "ical.net__Outlook2007LineFolds.f4ea27.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "ical.net__RequestStatus1.5ecaf1.ics": "valid-calendar-object-resource: a component without UID",
  "ical.net__Secondly1.edd7f9.ics":
    "max-instances: the RRULE makes more than 40000 instances in a year",
  "ical.net__TimeZone3.2b0edd.ics": "accepted",
  "ical.net__Todo2.b92829.ics": "accepted",
  "ical.net__Todo5.ee38dc.ics": "accepted",
  "ical.net__Todo6.854a33.ics": "accepted",
  "ical.net__Todo7.2f39bf.ics": "accepted",
  "ical.net__Todo8.ddf2e3.ics": "accepted",
  "ical.net__Trigger1.e5cb2f.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "ical.net__USHolidays.9775ef.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "ical.net__WeeklyCountWkst1.caeb12.ics": "accepted",
  "ical.net__WeeklyUntilWkst2.f86046.ics": "accepted",
  "ical.net__WeeklyWeekStartsLastYear.f9b646.ics": "accepted",
  "ical.net__XProperty2.c2f422.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "ical.net__YearlyByWeekNo4.a49a90.ics": "accepted",
  "ical.net__YearlyCountByYearDay1.5a5481.ics": "accepted",
  "ical.net__YearlyInterval1.fd85c6.ics": "accepted",
  "ical4j__apple-iphone-os-26-structured-location.a30f38.ics": "accepted",
  "ical4j__bitfire1.ece582.ics": "accepted",
  "ical__apple_ical.d49713.ics": "valid-calendar-object-resource: several objects in one file",
  "ical__attendee.c391b2.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "ical__comma.971fc3.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "ical__emoji.e631a4.ics": "accepted",
  "ical__event_multi_day.26d1fd.ics": "accepted",
  "ical__event_properties.4b9713.ics": "accepted",
  "ical__google_calendar_public_holidays.0b2318.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "ical__invalid_param_eol_copy.1c35ac.ics":
    'valid-calendar-data: the property cannot be read: "NAME;PARAM-NAME="PARAM-VAL"',
  "ical__invalid_quoted_param_extra_start.8e3562.ics":
    "valid-calendar-object-resource: no calendar component",
  "ical__invalid_x-name-1.28dbf7.ics":
    "valid-calendar-data: a component without VCALENDAR around it",
  "ical__journal_properties.874b16.ics": "accepted",
  "ical__params_rfc6868_ical.ccfd78.ics": "valid-calendar-object-resource: no calendar component",
  "ical__params_rfc7986_calendar.70e509.ics":
    "valid-calendar-object-resource: no calendar component",
  "ical__params_rfc7986_component.e5d8b3.ics":
    "valid-calendar-object-resource: several component types in one file",
  "ical__rdate.45f912.ics": "valid-calendar-object-resource: no calendar component",
  "ical__recurring_with_single_change.194d96.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "ical__rrule-rdate-period.ca34d8.ics": "accepted",
  "ical__store_edit_bugs.d73799.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "ical__unicode.2abbc2.ics": "accepted",
  "ical__unknown_property.40abb6.ics": "valid-calendar-object-resource: no calendar component",
  "ical__unknown_value_proton_mail.5d7529.ics": "accepted",
  "ical__vevent.d74c56.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "icalendar__broken_dtstart.48ca03.ics":
    'valid-calendar-data: DTSTART "INVALID-DATE" is not a date or time',
  "icalendar__example.393451.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "icalendar__example.a383b3.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "icalendar__example.e1bea3.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "icalendar__fuzz_testcase_vtimezone_lone_cr.1b0382.ics":
    "valid-calendar-data: a component without VCALENDAR around it",
  "icalendar__issue_1050_forward_timezone_reference.6997f5.ics": "accepted",
  "icalendar__issue_1050_multiple_calendars.fa7e15.ics":
    "valid-calendar-object-resource: several calendars in one file",
  "icalendar__issue_1050_simple_calendar.7fa1b5.ics": "accepted",
  "icalendar__issue_1050_uid_in_description.40db0c.ics":
    "valid-calendar-object-resource: several objects in one file",
  "icalendar__issue_1081_empty_rdate.a74309.ics": "accepted",
  "icalendar__issue_1081_invalid_rrule_freq.698242.ics":
    'valid-calendar-data: in the RRULE, FREQ="INVALID_TYPE_CAUSES_ERROR" should be one of SECONDLY, MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY, YEARLY',
  "icalendar__issue_127_categories_with_commas.a76dd3.ics": "accepted",
  "icalendar__issue_1426.60e2fc.ics": "accepted",
  "icalendar__issue_1426_value_parameters.53ab48.ics": "accepted",
  "icalendar__issue_1633_rdate_with_dates_and_tzid.951f0d.ics": "accepted",
  "icalendar__issue_218_bad_tzid.402576.ics": "accepted",
  "icalendar__issue_798_related_to.db93e7.ics":
    "valid-calendar-object-resource: a component without UID",
  "icalendar__rfc_7265_appendix_example_2_ical.6e34c9.ics": "accepted",
  "icalendar__rfc_7265_example_4.82f2cb.ics":
    "valid-calendar-data: a component without VCALENDAR around it",
  "icalendar__rfc_7953_2.cb0dbc.ics":
    "valid-calendar-data: a component without VCALENDAR around it",
  "icalendar__rfc_9253_gap.ff87e7.ics":
    "valid-calendar-object-resource: several objects in one file",
  "ics-parser__ICal.32f5f6.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "kcalendarcore__ConnectDaily1.68e83f.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "kcalendarcore__ConnectDaily11.e6d6b5.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "kcalendarcore__ConnectDaily2.15316b.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "kcalendarcore__ConnectDaily9.50c76f.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "kcalendarcore__KAlarm_TestCase01.fa918c.ics": "accepted",
  "kcalendarcore__KAlarm_TestCase04.412f3e.ics": "accepted",
  "kcalendarcore__KAlarm_TestCase05.425c72.ics": "accepted",
  "kcalendarcore__KAlarm_TestCase06.7aec40.ics": "accepted",
  "kcalendarcore__KAlarm_TestCase07.d2a18c.ics": "accepted",
  "kcalendarcore__KAlarm_TestCase10.0f336d.ics": "accepted",
  "kcalendarcore__KOrganizer_3.1.b04bcc.ics":
    "valid-calendar-object-resource: several objects in one file",
  "kcalendarcore__KOrganizer_3.1a.301e92.ics":
    "valid-calendar-object-resource: several objects in one file",
  "kcalendarcore__KOrganizer_Test05.feee8d.ics": "accepted",
  "kcalendarcore__KOrganizer_Test08.43b1e2.ics": "accepted",
  "kcalendarcore__KOrganizer_Test10.04e74f.ics": "accepted",
  "kcalendarcore__KOrganizer_Test11.4b89a2.ics": "accepted",
  "kcalendarcore__LibICal_TestCase01.eae269.ics":
    "valid-calendar-object-resource: a component without UID",
  "kcalendarcore__LibICal_TestCase10.6cd34b.ics":
    "valid-calendar-object-resource: a component without UID",
  "kcalendarcore__LibICal_TestCase11.0b6f10.ics":
    "valid-calendar-object-resource: a component without UID",
  "kcalendarcore__LibICal_TestCase17.c5d1e2.ics":
    "valid-calendar-object-resource: a component without UID",
  "kcalendarcore__LibICal_TestCase19.542862.ics":
    "valid-calendar-object-resource: a component without UID",
  "kcalendarcore__LibICal_TestCase31.53c747.ics":
    "valid-calendar-object-resource: a component without UID",
  "kcalendarcore__LibICal_TestCase32.5520de.ics":
    "valid-calendar-object-resource: a component without UID",
  "kcalendarcore__LibICal_TestCase38.4321dd.ics":
    "valid-calendar-object-resource: a component without UID",
  "kcalendarcore__LibICal_TestCase41.5247ea.ics":
    "valid-calendar-object-resource: a component without UID",
  "kcalendarcore__LibICal_TestCase42.05c2e2.ics":
    "valid-calendar-object-resource: a component without UID",
  "kcalendarcore__LibICal_TestCase44.3f607f.ics":
    "valid-calendar-object-resource: a component without UID",
  "kcalendarcore__LibICal_TestCase49.511a38.ics":
    "valid-calendar-object-resource: a component without UID",
  "kcalendarcore__LibICal_TestCase50.b9a8a1.ics":
    "valid-calendar-object-resource: a component without UID",
  "kcalendarcore__LibICal_TestCase57.bf4e1b.ics":
    "valid-calendar-object-resource: a component without UID",
  "kcalendarcore__Mozilla_1.0.f52383.ics":
    "valid-calendar-object-resource: several component types in one file",
  "kcalendarcore__RFC2445_RRULETest06.e5795b.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "kcalendarcore__RFC2445_RRULETest09.9d69f6.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "kcalendarcore__RFC2445_RRULETest10.8a21d5.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "kcalendarcore__RFC2445_RRULETest11.06423f.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "kcalendarcore__RFC2445_RRULETest12.eee94c.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "kcalendarcore__RFC2445_RRULETest14.760a43.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "kcalendarcore__RFC2445_RRULETest15.856d5e.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "kcalendarcore__RFC2445_RRULETest16.c8de74.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "kcalendarcore__RFC2445_RRULETest18.f8eaa0.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "kcalendarcore__RFC2445_RRULETest24.242838.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "kcalendarcore__RFC2445_RRULETest26.5a779d.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "kcalendarcore__RFC2445_RRULETest28.3d83c7.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "kcalendarcore__RFC2445_RRULETest33.df2d56.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "kcalendarcore__RFC2445_RRULETest34.cdcda6.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "kcalendarcore__RFC2445_RRULETest36.821abc.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "kcalendarcore__RFC2445_RRULETest40.457df5.ics": "accepted",
  "kcalendarcore__Until_TestCase02.3cb000.ics":
    "valid-calendar-object-resource: a component without UID",
  "kcalendarcore__Until_TestCase03.bc8710.ics":
    "valid-calendar-object-resource: a component without UID",
  "kcalendarcore__test_recurrenceid.2769d6.ics": "accepted",
  "kcalendarcore__test_recurrenceid_single.6960a8.ics": "accepted",
  "khal__cal_no_dst.b21e80.ics": "accepted",
  "khal__event_d.2d3c03.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "khal__event_d_rdate.5e2657.ics": "accepted",
  "khal__event_d_rr.985920.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "khal__event_d_same_start_end.bd6441.ics":
    "valid-calendar-data: a component without VCALENDAR around it",
  "khal__event_dt_floating.ae8719.ics":
    "valid-calendar-data: a component without VCALENDAR around it",
  "khal__event_dt_multi_uid.6d00ea.ics":
    "valid-calendar-object-resource: several objects in one file",
  "khal__event_dt_no_end.fa3cd1.ics": "accepted",
  "khal__event_dt_rr.5d9683.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "khal__event_dt_rrule_invalid_until2.7d0b9e.ics": "accepted",
  "khal__event_dt_rrule_until_before_start.2e3e96.ics":
    "valid-calendar-data: a component without VCALENDAR around it",
  "khal__event_dt_simple_updated.2791fa.ics": "accepted",
  "khal__event_dt_simple_zulu.1ded6b.ics": "accepted",
  "khal__event_dt_url.ca035e.ics": "accepted",
  "khal__event_rrule_no_occurence.99cfb7.ics":
    "valid-calendar-data: a component without VCALENDAR around it",
  "khal__event_rrule_recuid_update.47646d.ics": "accepted",
  "khal__invalid_tzoffset.b73210.ics": "accepted",
  "khal__without_uid.2e826a.ics": "valid-calendar-object-resource: a component without UID",
  "libical__1-1.9c2319.ics": "valid-calendar-object-resource: no calendar component",
  "libical__3.092df4.ics": "accepted",
  "libical__5.3eb885.ics": "valid-calendar-object-resource: a component without UID",
  "libical__8.39988e.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "libical__calendar.6a2ffd.ics": "valid-calendar-object-resource: several calendars in one file",
  "libical__caltime.b1966e.ics": 'valid-calendar-data: a line that is no property: "00"',
  "libical__get_char_test.56031f.ics":
    'valid-calendar-data: a line that is no property: "DURATITIMEZONE"',
  "libical__large.4fa222.ics": "valid-calendar-data: components after END:VCALENDAR",
  "libical__process-incoming.70a71c.ics":
    "valid-calendar-object-resource: several calendars in one file",
  "node-ical__duplicate-rrule-sequence.9d5907.ics":
    "valid-calendar-object-resource: two masters with one UID",
  "node-ical__duplicate-uid-sequence.f199e8.ics":
    "valid-calendar-object-resource: several objects in one file",
  "node-ical__exchange_whole_day_moved_recurrence_offset_tz.cac0b0.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "node-ical__floating-dtstart-custom-vtimezone.98490c.ics": "accepted",
  "node-ical__google-recurrence-order.8743d0.ics": "accepted",
  "node-ical__multi-era-vtimezone.8f9921.ics":
    "valid-calendar-object-resource: several objects in one file",
  "node-ical__test_daily_recurring.94498e.ics": "accepted",
  "node-ical__vtodo-vfreebusy.228a81.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "python-recurring-ical-events__Germany_Holidays.67f10a.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "python-recurring-ical-events__alarm_removed_and_moved.311813.ics":
    "valid-calendar-object-resource: several component types in one file",
  "python-recurring-ical-events__duration.558241.ics":
    "valid-calendar-object-resource: a component without UID",
  "python-recurring-ical-events__each_week_but_two_deleted.21df23.ics": "accepted",
  "python-recurring-ical-events__issue_107_omitting_last_event.f050df.ics":
    "valid-calendar-object-resource: a component without UID",
  "python-recurring-ical-events__issue_148_exdate_and_rdate_unedited.431e18.ics": "accepted",
  "python-recurring-ical-events__issue_148_exdate_and_rdate_updated.8fb8f1.ics":
    "valid-calendar-object-resource: two masters with one UID",
  "python-recurring-ical-events__issue_151_macos_linux_difference.d1584d.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "python-recurring-ical-events__issue_173_only_modifications_error.08d0fc.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "python-recurring-ical-events__issue_223_thunderbird.61e582.ics": "accepted",
  "python-recurring-ical-events__issue_4.afb530.ics": "accepted",
  "python-recurring-ical-events__issue_62_moved_event_2.090429.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "python-recurring-ical-events__one_day_event_repeat_every_day.467394.ics": "accepted",
  "python-recurring-ical-events__rdate.ace8d4.ics":
    "valid-calendar-object-resource: a component without UID",
  "python-recurring-ical-events__rdate_hackerpublicradio.432b01.ics":
    "valid-calendar-object-resource: a component without UID",
  "python-recurring-ical-events__subcomponents.f43289.ics": "accepted",
  "synctools__Mogadishu.213422.ics": "valid-calendar-object-resource: only a VTIMEZONE",
  "synctools__all-day-0sec.8886c1.ics": "accepted",
  "synctools__all-day-10days.c88c3f.ics": "accepted",
  "synctools__all-day-1day.3842e3.ics": "accepted",
  "synctools__default-example-note.06efb2.ics": "accepted",
  "synctools__dst-only-vtimezone.3e3f7e.ics": "accepted",
  "synctools__journal-on-that-day.868668.ics": "accepted",
  "synctools__latin1.8dbf14.ics":
    'valid-calendar-data: DTSTART "20131009T170000T" is not a date or time',
  "synctools__most-fields1.6b2881.ics": "accepted",
  "synctools__most-fields2.48ec5a.ics": "accepted",
  "synctools__one-event-with-multiple-exceptions-one-without.9c6497.ics":
    "valid-calendar-object-resource: several objects in one file",
  "synctools__outlook-theoretical.a5421b.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "synctools__outlook1.609ada.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "synctools__two-line-description-without-crlf.166553.ics": "accepted",
  "synctools__two-line-description-without-crlf.21b1db.ics": "accepted",
  "thunderbird-desktop__importLatin1.0a4dfa.ics":
    "valid-calendar-object-resource: a component without UID",
  "thunderbird-website__AlgeriaHolidays.c9ab05.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__AustraliaHolidays.520d0e.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__AustraliaHolidays.613ce9.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__AustrianHolidays.bba317.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "thunderbird-website__BasqueHolidays.74ccff.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__BelgianDutchHolidays.e63d94.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__BelgianFrenchHolidays.d811c9.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__BoliviaHolidays.3882b8.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__BulgarianHolidays.eaeafd.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__ChileHolidays.39af29.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__ColombianHolidays.dfe6f7.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__CroatiaHolidays.9a4d9b.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__CzechHolidays.eef503.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__DanishHolidays.ff95d9.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__DutchHolidays.0651cc.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__DutchHolidaysEnglish.f28769.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__FinlandHolidaysSwedish.bb1801.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__GermanHolidays.6663c8.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__IndiaHolidays.31870f.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__IrishHolidays2003-2011.6bc034.ics":
    "valid-calendar-object-resource: several calendars in one file",
  "thunderbird-website__JapanHolidays.b28906.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__JewishHolidaysHebrew.42cf4b.ics":
    "valid-calendar-object-resource: a component without UID",
  "thunderbird-website__KazakhstanHolidaysEnglish.23bae7.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__LebanonHolidays.4127c2.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "thunderbird-website__LithuanianHolidays.248ace.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__LuxembourgHolidays.d13d6a.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__MalaysiaHolidays.1ebb23.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__MaltaHolidays.a32466.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "thunderbird-website__MexicanHolidays.e0ff98.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__PakistanHolidays.e6468e.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__RomaniaHolidays.8eabc3.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__SlovenianHolidays2003-2011.cd4c2e.ics":
    "valid-calendar-object-resource: several calendars in one file",
  "thunderbird-website__SouthAfricaHolidays.74df43.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__SriLankaHolidays.c4c65e.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "thunderbird-website__SwissHolidays.593782.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "thunderbird-website__ThaiHolidays.f41552.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__UKHolidays-NIreland.57fce6.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__UKHolidays.9fe8bb.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__USHolidays.166b1c.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "thunderbird-website__VanuatuHolidays.442a35.ics":
    "valid-calendar-object-resource: several objects in one file",
  "thunderbird-website__VietnamHolidays.875e6f.ics":
    "valid-calendar-object-resource: several objects in one file",
  "tsdav__1.5f420a.ics": "accepted",
  "tsdav__13.8a0eca.ics": "accepted",
  "tsdav__17.4f0045.ics": "accepted",
  "tsdav__18.f264f3.ics": "accepted",
  "tsdav__7.631a41.ics": "accepted",
  "vobject__ms_tzid.9b0fc7.ics": "accepted",
  "vobject__simple_test.e65fba.ics": "valid-calendar-object-resource: a component without UID",
  "vobject__timezones.b0a31b.ics": "valid-calendar-data: a component without VCALENDAR around it",
  "vobject__tzid_8bit.e4a9c4.ics": "accepted",
  "vobject__vobject_0050.385631.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "x-wr-timezone__exdate-hackerpublicradio-modified.out.35f5f1.ics":
    "valid-calendar-object-resource: a component without UID",
  "x-wr-timezone__moved-event-RECURRENCE-ID.in.b320e3.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "x-wr-timezone__moved-event-RECURRENCE-ID.out.225ca6.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
  "x-wr-timezone__single-event-x-wr-timezone-not-used.out.d8f314.ics":
    "valid-calendar-object-resource: a message with METHOD, not a stored object",
};
