import type { NaturalPair } from './pair.ts';
import { aws } from './pairs/aws.ts';
import { aws2 } from './pairs/aws-2.ts';
import { azure } from './pairs/azure.ts';
import { bigcommerceToEasypost } from './pairs/bigcommerce-to-easypost.ts';
import { cloudeventsToCyclonedx } from './pairs/cloudevents-to-cyclonedx.ts';
import { cyclonedxToSlsa } from './pairs/cyclonedx-to-slsa.ts';
import { discordMatrix } from './pairs/discord-matrix.ts';
import { dockerToEcs } from './pairs/docker-to-ecs.ts';
import { driveToFunctions } from './pairs/drive-to-functions.ts';
import { eventgridToBot } from './pairs/eventgrid-to-bot.ts';
import { fhir } from './pairs/fhir.ts';
import { fhir2 } from './pairs/fhir-2.ts';
import { functionsToPlaces } from './pairs/functions-to-places.ts';
import { githubGitlab } from './pairs/github-gitlab.ts';
import { gitlabToTravis } from './pairs/gitlab-to-travis.ts';
import { hereToOkta } from './pairs/here-to-okta.ts';
import { hubspotToMixpanel } from './pairs/hubspot-to-mixpanel.ts';
import { kubernetesDocker } from './pairs/kubernetes-docker.ts';
import { mailchimpKlaviyo } from './pairs/mailchimp-klaviyo.ts';
import { mastodonToSparkpost } from './pairs/mastodon-to-sparkpost.ts';
import { openlineageToBitcoin } from './pairs/openlineage-to-bitcoin.ts';
import { otel } from './pairs/otel.ts';
import { places } from './pairs/places.ts';
import { plaidToXero } from './pairs/plaid-to-xero.ts';
import { segmentToDropbox } from './pairs/segment-to-dropbox.ts';
import { shopifyToBigcommerce } from './pairs/shopify-to-bigcommerce.ts';
import { stripeToRecurly } from './pairs/stripe-to-recurly.ts';
import { telegramToDiscord } from './pairs/telegram-to-discord.ts';
import { twilioToIntercom } from './pairs/twilio-to-intercom.ts';

export const pairs: readonly NaturalPair[] = [
  ...stripeToRecurly,
  ...plaidToXero,
  ...shopifyToBigcommerce,
  ...bigcommerceToEasypost,
  ...fhir,
  ...fhir2,
  ...telegramToDiscord,
  ...discordMatrix,
  ...twilioToIntercom,
  ...mastodonToSparkpost,
  ...mailchimpKlaviyo,
  ...aws,
  ...aws2,
  ...driveToFunctions,
  ...functionsToPlaces,
  ...places,
  ...eventgridToBot,
  ...azure,
  ...githubGitlab,
  ...gitlabToTravis,
  ...kubernetesDocker,
  ...dockerToEcs,
  ...otel,
  ...cloudeventsToCyclonedx,
  ...cyclonedxToSlsa,
  ...openlineageToBitcoin,
  ...hubspotToMixpanel,
  ...segmentToDropbox,
  ...hereToOkta,
];
