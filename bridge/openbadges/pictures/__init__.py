"""Badges as pictures.

artwork             may this picture become a badge? raster: a PNG; svg_artwork, drawing, svg_styles: an SVG
picture             bake and unbake; baking: in a PNG; svg, markup: in an SVG
"""
