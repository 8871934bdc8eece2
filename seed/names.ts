import type { Random } from './random.ts';

// Names that nobody takes for a real person's: plants, stars and stones for families, things of the sky and the garden for people.

const families =
  `Larkspur Foxglove Juniper Tamarisk Yarrow Bramble Sorrel Thistledown Hawthorne Rowanberry Elderflower Mistletoe Cloverfield Marigold
Heatherly Bluebell Cinquefoil Dogwood Figtree Gooseberry Hollyhock Ironweed Jasminer Knapweed Lavendar Meadowrue Nettlefield Oleander
Periwinkle Quillwort Ragwort Saxifrage Toadflax Umbelfern Valerian Woodruff Yellowwood Zinnia Altair Betelgeuse Capella Deneb Elnath Fomalhaut
Gomeisa Hadar Izar Kochab Lesath Mirach Nashira Okab Polaris Rigel Sadalsuud Tarazed Unukalhai Vega Wezen Zubeneschamali Agatewell Berylstone
Carnelian Dolomite Emeraldine Feldspar Garnetson Hematite Jasperwood Kyanite Lapislake Malachite Obsidian Peridot Quartzfield Rhodonite
Serpentine Tourmaline Topazdale Zirconia`.split(/\s+/);

const women =
  `Aurora Bryony Celestine Daphne Eclipta Fern Galatea Hazel Iris Jonquil Kalmia Linnea Myrtle Nova Olive Primrose Quince Rosemary
Saffron Tansy Ursina Viola Willow Xanthe Yucca Zephyra Amaryllis Begonia Calla Dahlia`.split(/\s+/);

const men =
  `Alder Basil Cypress Dorian Elmer Florian Gentian Hyacinth Indigo Jasper Kestrel Linden Meridian Narcisso Orion Perseus Quillon Reed
Sorrel Teasel Ulmus Verbenus Wolfsbane Xylon Yarrow Zenith Aster Bay Cedar Dill`.split(/\s+/);

export const familyName = (random: Random): string => random.pick(families);

/** One or two given names that go with the gender. */
export function givenNames(random: Random, gender: string): string[] {
  const pool = gender === 'FEMALE' ? women : gender === 'MALE' ? men : [...women, ...men];
  const first = random.pick(pool);
  const second = random.pick(pool);
  return random.chance(0.35) && second !== first ? [first, second] : [first];
}

export const streets = 'Orchard Lane|Comet Avenue|Fern Street|Granite Road|Meadow Court|Lantern Way|Pebble Drive|Sundial Square'.split('|');
