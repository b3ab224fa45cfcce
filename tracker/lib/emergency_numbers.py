"""The number that brings an ambulance, by country. It only fills a field in: families can change it.

Each entry agrees with the short-number data of libphonenumber (November 2026). A country that could not be
confirmed is left out and gets the two numbers that most mobile networks pass on.
"""

ANYWHERE = "112 or 911"

_COUNTRIES_BY_NUMBER = {
    "112": "AD AL AT AX BE BG CH CY CZ DE DK EE ES FI FO FR GE GL GR HR HU IE IN IS IT KW KZ LI LT LU LV "
    "MC MD MT NL NO PL PT RO RU SE SI SK TR UA VA ZA",
    "911": "AS BM BS CA CR DO EC GU JO KY MP MX PA PH PR PY SV US UY VE VI",
    "999": "BD BH GB GG HK IM JE KE MO MY QA",
    "000": "AU CC CX",
    "101": "IL",
    "102": "NP",
    "104": "CU",
    "107": "AR",
    "111": "NZ",
    "115": "IR VN",
    "119": "JP KR TW",
    "120": "CN",
    "123": "CO EG",
    "131": "CL",
    "140": "LB",
    "1669": "TH",
    "190": "TN",
    "192": "BR",
    "995": "SG",
    "997": "SA",
    "998": "AE",
    "9999": "OM",
}
EMERGENCY_NUMBERS = {
    country: number for number, countries in _COUNTRIES_BY_NUMBER.items() for country in countries.split()
}


def emergency_number(country: str) -> str:
    """The number for an ISO 3166-1 alpha-2 code, in any case; `ANYWHERE` where the country is not known."""
    return EMERGENCY_NUMBERS.get(country.upper(), ANYWHERE)
