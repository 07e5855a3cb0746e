package when

// abbreviations of time zones by the zone whose clocks people mean by them,
// whatever the season: "9am PST" in July is by the clocks of the Pacific coast.
var abbreviations = map[string]string{
	"utc": "UTC", "gmt": "UTC",
	"est": "America/New_York", "edt": "America/New_York", "et": "America/New_York",
	"cdt": "America/Chicago", "ct": "America/Chicago", "mst": "America/Denver", "mdt": "America/Denver", "mt": "America/Denver",
	"pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "pt": "America/Los_Angeles",
	"akst": "America/Anchorage", "akdt": "America/Anchorage", "hst": "Pacific/Honolulu", "ast": "America/Halifax", "adt": "America/Halifax",
	"nst": "America/St_Johns", "ndt": "America/St_Johns", "brt": "America/Sao_Paulo",
	"wet": "Europe/Lisbon", "west": "Europe/Lisbon", "bst": "Europe/London", "cet": "Europe/Paris", "cest": "Europe/Paris", "mez": "Europe/Berlin", "mesz": "Europe/Berlin",
	"eet": "Europe/Athens", "eest": "Europe/Athens", "msk": "Europe/Moscow", "trt": "Europe/Istanbul",
	"wat": "Africa/Lagos", "cat": "Africa/Maputo", "eat": "Africa/Nairobi", "sast": "Africa/Johannesburg",
	"gst": "Asia/Dubai", "pkt": "Asia/Karachi", "ict": "Asia/Bangkok", "wib": "Asia/Jakarta", "hkt": "Asia/Hong_Kong", "sgt": "Asia/Singapore", "jst": "Asia/Tokyo", "kst": "Asia/Seoul",
	"awst": "Australia/Perth", "acst": "Australia/Adelaide", "acdt": "Australia/Adelaide", "aest": "Australia/Sydney", "aedt": "Australia/Sydney", "nzst": "Pacific/Auckland", "nzdt": "Pacific/Auckland",
}

// ambiguousZones are abbreviations that several places have for their own.
var ambiguousZones = map[string]string{"ist": "India, Ireland or Israel", "cst": "Chicago or Shanghai"}

// zoneNames are names of time zones that are no places.
var zoneNames = map[string]string{
	"eastern": "America/New_York", "us eastern": "America/New_York", "central": "America/Chicago", "us central": "America/Chicago", "mountain": "America/Denver", "us mountain": "America/Denver",
	"pacific": "America/Los_Angeles", "us pacific": "America/Los_Angeles", "alaska": "America/Anchorage", "hawaii": "Pacific/Honolulu", "atlantic": "America/Halifax",
	"british": "Europe/London", "uk": "Europe/London", "irish": "Europe/Dublin", "western european": "Europe/Lisbon", "central european": "Europe/Paris", "eastern european": "Europe/Athens",
	"german": "Europe/Berlin", "french": "Europe/Paris", "italian": "Europe/Rome", "spanish": "Europe/Madrid", "swiss": "Europe/Zurich", "turkish": "Europe/Istanbul",
	"indian": "Asia/Kolkata", "india": "Asia/Kolkata", "japan": "Asia/Tokyo", "japanese": "Asia/Tokyo", "korean": "Asia/Seoul", "korea": "Asia/Seoul", "chinese": "Asia/Shanghai", "china": "Asia/Shanghai",
	"israel": "Asia/Jerusalem", "singaporean": "Asia/Singapore",
}

// placesAt are cities and countries of a single zone that the IANA database
// does not name a zone for.
var placesAt = map[string]string{
	"nyc": "America/New_York", "new york city": "America/New_York", "boston": "America/New_York", "washington": "America/New_York", "washington dc": "America/New_York", "philadelphia": "America/New_York",
	"miami": "America/New_York", "atlanta": "America/New_York", "orlando": "America/New_York", "montreal": "America/Toronto", "ottawa": "America/Toronto", "quebec": "America/Toronto",
	"houston": "America/Chicago", "dallas": "America/Chicago", "austin": "America/Chicago", "minneapolis": "America/Chicago", "new orleans": "America/Chicago", "st louis": "America/Chicago",
	"calgary": "America/Edmonton", "salt lake city": "America/Denver", "la": "America/Los_Angeles", "san francisco": "America/Los_Angeles", "sf": "America/Los_Angeles", "seattle": "America/Los_Angeles",
	"san diego": "America/Los_Angeles", "portland": "America/Los_Angeles", "las vegas": "America/Los_Angeles", "san jose": "America/Los_Angeles", "california": "America/Los_Angeles",
	"rio": "America/Sao_Paulo", "rio de janeiro": "America/Sao_Paulo", "brasilia": "America/Sao_Paulo", "são paulo": "America/Sao_Paulo", "bogotá": "America/Bogota", "quito": "America/Guayaquil",
	"edinburgh": "Europe/London", "manchester": "Europe/London", "glasgow": "Europe/London", "england": "Europe/London", "scotland": "Europe/London", "ireland": "Europe/Dublin",
	"munich": "Europe/Berlin", "hamburg": "Europe/Berlin", "frankfurt": "Europe/Berlin", "cologne": "Europe/Berlin", "stuttgart": "Europe/Berlin", "germany": "Europe/Berlin", "münchen": "Europe/Berlin", "köln": "Europe/Berlin", "zürich": "Europe/Zurich",
	"geneva": "Europe/Zurich", "bern": "Europe/Zurich", "basel": "Europe/Zurich", "switzerland": "Europe/Zurich", "austria": "Europe/Vienna", "france": "Europe/Paris", "lyon": "Europe/Paris", "marseille": "Europe/Paris",
	"milan": "Europe/Rome", "naples": "Europe/Rome", "florence": "Europe/Rome", "venice": "Europe/Rome", "italy": "Europe/Rome", "barcelona": "Europe/Madrid", "valencia": "Europe/Madrid", "seville": "Europe/Madrid",
	"porto": "Europe/Lisbon", "netherlands": "Europe/Amsterdam", "the hague": "Europe/Amsterdam", "rotterdam": "Europe/Amsterdam", "belgium": "Europe/Brussels", "antwerp": "Europe/Brussels",
	"sweden": "Europe/Stockholm", "gothenburg": "Europe/Stockholm", "norway": "Europe/Oslo", "denmark": "Europe/Copenhagen", "finland": "Europe/Helsinki", "poland": "Europe/Warsaw", "krakow": "Europe/Warsaw",
	"czechia": "Europe/Prague", "hungary": "Europe/Budapest", "romania": "Europe/Bucharest", "bulgaria": "Europe/Sofia", "greece": "Europe/Athens", "turkey": "Europe/Istanbul", "ankara": "Europe/Istanbul",
	"st petersburg": "Europe/Moscow", "saint petersburg": "Europe/Moscow", "ukraine": "Europe/Kyiv", "kiev": "Europe/Kyiv",
	"tel aviv": "Asia/Jerusalem", "haifa": "Asia/Jerusalem", "abu dhabi": "Asia/Dubai", "uae": "Asia/Dubai", "doha": "Asia/Qatar",
	"mumbai": "Asia/Kolkata", "bombay": "Asia/Kolkata", "delhi": "Asia/Kolkata", "new delhi": "Asia/Kolkata", "bangalore": "Asia/Kolkata", "bengaluru": "Asia/Kolkata", "chennai": "Asia/Kolkata", "hyderabad": "Asia/Kolkata", "calcutta": "Asia/Kolkata", "pune": "Asia/Kolkata",
	"islamabad": "Asia/Karachi", "lahore": "Asia/Karachi", "pakistan": "Asia/Karachi", "hanoi": "Asia/Bangkok", "vietnam": "Asia/Ho_Chi_Minh", "saigon": "Asia/Ho_Chi_Minh", "thailand": "Asia/Bangkok",
	"beijing": "Asia/Shanghai", "shenzhen": "Asia/Shanghai", "guangzhou": "Asia/Shanghai", "taiwan": "Asia/Taipei", "osaka": "Asia/Tokyo", "kyoto": "Asia/Tokyo", "nagoya": "Asia/Tokyo", "sapporo": "Asia/Tokyo", "busan": "Asia/Seoul",
	"philippines": "Asia/Manila", "canberra": "Australia/Sydney", "gold coast": "Australia/Brisbane", "new zealand": "Pacific/Auckland", "wellington": "Pacific/Auckland", "christchurch": "Pacific/Auckland",
	"cape town": "Africa/Johannesburg", "south africa": "Africa/Johannesburg", "durban": "Africa/Johannesburg", "kenya": "Africa/Nairobi", "nigeria": "Africa/Lagos", "abuja": "Africa/Lagos", "egypt": "Africa/Cairo", "alexandria": "Africa/Cairo",
}

// fixedZones are zones that keep a distance from UTC, in minutes, which is no
// whole number of hours, and have no summer time.
var fixedZones = map[int]string{
	210: "Asia/Tehran", 270: "Asia/Kabul", 330: "Asia/Kolkata", 345: "Asia/Kathmandu", 390: "Asia/Yangon", 525: "Australia/Eucla", 570: "Australia/Darwin", -570: "Pacific/Marquesas",
}
