"""What an SVG picture may be made of to become a badge: a list of what is allowed, for no list of dangers is complete.

Names are those of SVG 1.1 (Second Edition) and SVG 2, CSS values and units 4, and Filter effects 1. What moves, links,
runs, fetches or embeds other kinds of documents is missing, so it is refused.
"""

from .svg import ASSERTION, CREDENTIAL

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"


def names(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Elements of SVG itself.
ELEMENTS = names(
    """
    svg g defs symbol use switch title desc metadata style image
    path rect circle ellipse line polyline polygon
    text tspan textPath
    linearGradient radialGradient meshgradient meshrow meshpatch stop hatch hatchpath pattern clipPath mask marker
    filter feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap
    feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode
    feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence
    """
)

#: Attributes without a namespace, on elements of SVG; WORDS, data-… and aria-… are allowed too.
ATTRIBUTES = names(
    """
    style tabindex baseProfile focusable
    x y width height cx cy r rx ry fx fy fr x1 y1 x2 y2 d points pathLength dx dy rotate textLength lengthAdjust
    startOffset method side spacing path viewBox preserveAspectRatio zoomAndPan transform gradientTransform
    patternTransform gradientUnits spreadMethod offset patternUnits patternContentUnits clipPathUnits maskUnits
    maskContentUnits mask-type markerUnits markerWidth markerHeight orient refX refY
    requiredFeatures requiredExtensions systemLanguage externalResourcesRequired contentScriptType contentStyleType
    enable-background color-profile space
    filterUnits primitiveUnits filterRes in in2 result mode operator k1 k2 k3 k4 values order kernelMatrix divisor bias
    targetX targetY edgeMode kernelUnitLength preserveAlpha surfaceScale diffuseConstant specularConstant
    specularExponent limitingConeAngle scale xChannelSelector yChannelSelector azimuth elevation z pointsAtX pointsAtY
    pointsAtZ stdDeviation radius baseFrequency numOctaves seed stitchTiles slope intercept amplitude exponent
    tableValues flood-color flood-opacity lighting-color color-interpolation-filters
    alignment-baseline baseline-shift clip clip-path clip-rule color color-interpolation color-rendering cursor
    direction display dominant-baseline fill fill-opacity fill-rule filter font font-family font-feature-settings
    font-kerning font-size font-size-adjust font-stretch font-style font-variant font-variant-ligatures
    font-variation-settings font-weight glyph-orientation-horizontal glyph-orientation-vertical image-rendering
    isolation kerning letter-spacing line-height marker marker-end marker-mid marker-start mask mix-blend-mode opacity
    overflow paint-order pointer-events shape-rendering stop-color stop-opacity stroke stroke-dasharray
    stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width text-align
    text-anchor text-decoration text-overflow text-rendering transform-box transform-origin unicode-bidi vector-effect
    visibility white-space word-spacing writing-mode solid-color solid-opacity
    """
)

#: These hold words of people or names, in which nothing is looked for.
WORDS = frozenset({"id", "class", "lang", "role", "name", "type", "media", "version", "about"})

#: Attributes of other namespaces that mean something to a browser, and are allowed.
FOREIGN_ATTRIBUTES = frozenset(
    {f"{XML} space", f"{XML} lang", f"{XML} id"}
    | {f"{XLINK} {name}" for name in ("href", "title", "type", "show", "actuate", "role", "arcrole")}
)
REFERENCES = frozenset({"href", f"{XLINK} href"})

#: What drawing programs note for themselves: no browser looks at it.
EDITORS = (
    "http://www.inkscape.org/",
    "http://sodipodi.sourceforge.net/",
    "http://inkscape.sourceforge.net/",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://creativecommons.org/ns#",
    "http://web.resource.org/cc/",
    "http://purl.org/dc/",
    "http://ns.adobe.com/",
    "adobe:ns:meta/",
    "http://www.bohemiancoding.com/sketch/",
    "http://www.figma.com/figma/",
    "http://www.serif.com/",
    "http://vectornator.io",
    "https://boxy-svg.com",
    "http://www.openclipart.org",
    "http://www.gnome.org/",
    "http://canva.com",
)
BADGES = (CREDENTIAL, ASSERTION)

#: CSS functions; `url` is looked at on its own.
FUNCTIONS = names(
    """
    url var calc min max clamp round abs sign env
    rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark icc-color device-cmyk
    matrix matrix3d translate translatex translatey translatez translate3d scale scalex scaley scalez scale3d rotate
    rotatex rotatey rotatez rotate3d skew skewx skewy perspective
    blur brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia
    inset rect xywh circle ellipse polygon path
    linear-gradient radial-gradient conic-gradient repeating-linear-gradient repeating-radial-gradient
    media supports not is where has nth-child nth-last-child nth-of-type nth-last-of-type lang dir
    """
)
AT_RULES = frozenset({"media", "supports", "charset"})

#: Why the best known of what is missing above is refused, and what to do; "" stands for all others.
CURES = {
    "script": "The picture holds a program. Export it without scripts.",
    "handler": "The picture holds a program. Export it without scripts.",
    "foreignObject": "The picture embeds another kind of document (foreignObject). Draw that part as shapes; in "
    "Illustrator leave “Preserve editing capabilities” off.",
    "a": "The picture holds a link. Remove it, and keep what it surrounds.",
    "set": "The picture is animated. Export a still picture.",
    "discard": "The picture is animated. Export a still picture.",
    "font": "The picture embeds a font. Turn its text into paths before you export it.",
    "font-face": "The picture embeds a font. Turn its text into paths before you export it.",
    "": "The picture holds “{}”, which a badge may not hold. Export it as plain SVG, or as PNG.",
}


def why_not(name: str) -> str:
    """Return the sentence for an element that is not allowed, by its name without namespace."""
    cure = CURES["set"] if name.startswith("animate") else CURES.get(name, CURES[""])
    return cure.format(name[:40])
