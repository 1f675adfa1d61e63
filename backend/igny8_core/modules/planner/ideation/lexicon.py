"""Words of English that writing headings needs to know; it must never hold a word of one trade alone."""

FIXED = {
    word.casefold(): word
    for word in (
        "I ADHD API AWS BPA CBD CNC CPU CRM CSS DIY DNA DVD ERP FAQ GPS GPU HDMI HIIT HOA HTML HVAC IRS JavaScript LED"
        " LinkedIn LLC NYC PDF PHP PID PTSD RAM RV SEO SQL SSD SUV TDS TV UK USA USB VPN WordPress YouTube iOS iPad"
        " iPhone macOS pH Wi-Fi"
    ).split()
}
PROPER = frozenset(
    "africa african america american arabic asia asian australia australian austrian belgian berlin brazil brazilian"
    " british california canada canadian caribbean celtic chicago chinese christmas colombia colombian cuban danish"
    " dutch easter egyptian england english ethiopia ethiopian europe european february finnish florida france french"
    " friday german germany greek halloween hawaii hawaiian hebrew hindi indian indonesian iran irish israeli italian"
    " italy jamaican january japan japanese july june kenya kenyan korean kyoto lebanese london mandarin mediterranean"
    " mexican mexico monday moroccan nordic norwegian november october paris persian peru peruvian portuguese"
    " roman russian saturday scandinavian scottish september spain spanish sumatra sumatran sunday swedish swiss"
    " taiwanese texas thai thanksgiving thursday tuesday turkish ukrainian vietnam vietnamese wednesday".split()
)
PERSON = {
    "i": "you", "i'm": "you're", "i've": "you've", "am": "are", "me": "you", "my": "your", "mine": "yours",
    "myself": "yourself",
}  # fmt: skip
LITTLE = frozenset(
    "a an and are as at be but by can do does for from had has have how i if in into is it my no not of on or should"
    " so than that the their then there these they this to too vs was were what when which while who why will with"
    " without you your".split()
)
BARE = frozenset("art beer brew butter caffeine coffee cream espresso flour foam leather matcha milk paper powder"
                  " salt silver soap sugar tea vinegar water weather wine yarn".split())  # fmt: skip
NOT_NAMES = frozenset(
    "big black blue counter death first free fresh good green home little new old red second small super third top"
    " white".split()
)
NOT_INITIALS = frozenset("cm dr ft hr hrs kg lb lbs mg ml mm mr mrs nth pcs st tbsp tsp vs".split())
