/**
 * Kafka's property keys and what this client makes of them.
 *
 * Law: every key of Kafka 4.1's Java consumer, producer and admin client is here, and the keys that old jobs carry; what
 * is neither `honoured` nor without effect here is refused with a reason. A key that is not here is an error.
 */
export type KeyTreatment =
  /** Means here what it means in Java. */
  | { readonly kind: 'honoured' }
  /** Accepted; has no effect, because … */
  | { readonly kind: 'unused'; readonly because: string }
  /** Accepted with these values only. */
  | { readonly kind: 'limited'; readonly values: readonly string[]; readonly because: string }
  | { readonly kind: 'refused'; readonly because: string }

const honoured: KeyTreatment = { kind: 'honoured' }
const unused = (because: string): KeyTreatment => ({ kind: 'unused', because })
const refused = (because: string): KeyTreatment => ({ kind: 'refused', because })
const limited = (values: readonly string[], because: string): KeyTreatment => ({ kind: 'limited', values, because })

function all(treatment: KeyTreatment, keys: string): Record<string, KeyTreatment> {
  return Object.fromEntries(
    keys
      .trim()
      .split(/\s+/)
      .map((key) => [key, treatment]),
  )
}

const noGroups = unused('partitions are assigned by the engine, there is no group membership')
const noJavaMetrics = unused("metrics are the engine's own")
const noSocketTuning = unused('the operating system sizes the socket buffers')
const noClasses = refused('there are no Java classes here')
const plaintextOnly = 'connections with TLS or SASL are not built yet'

export const propertyKeys: Readonly<Record<string, KeyTreatment>> = {
  ...all(
    honoured,
    `bootstrap.servers client.id group.id metadata.max.age.ms
     request.timeout.ms default.api.timeout.ms retry.backoff.ms retry.backoff.max.ms
     reconnect.backoff.ms reconnect.backoff.max.ms socket.connection.setup.timeout.ms
     fetch.min.bytes fetch.max.wait.ms fetch.max.bytes max.partition.fetch.bytes check.crcs
     auto.offset.reset isolation.level allow.auto.create.topics
     acks linger.ms batch.size buffer.memory compression.type compression.gzip.level compression.zstd.level
     max.request.size delivery.timeout.ms retries enable.idempotence max.in.flight.requests.per.connection
     partitioner.ignore.keys`,
  ),
  ...all(
    noGroups,
    `group.instance.id group.protocol group.remote.assignor heartbeat.interval.ms session.timeout.ms
     max.poll.interval.ms partition.assignment.strategy exclude.internal.topics share.acknowledgement.mode
     internal.leave.group.on.close`,
  ),
  ...all(
    noJavaMetrics,
    `metric.reporters metrics.num.samples metrics.recording.level metrics.sample.window.ms auto.include.jmx.reporter
     enable.metrics.push register.consumer.metrics flink.disable-metrics`,
  ),
  ...all(noSocketTuning, 'receive.buffer.bytes send.buffer.bytes'),
  ...all(
    unused('offsets are committed by checkpoints'),
    'enable.auto.commit auto.commit.interval.ms commit.offsets.on.checkpoint',
  ),
  ...all(
    unused('formats of the table decode and encode the bytes'),
    'key.deserializer value.deserializer key.serializer value.serializer',
  ),
  ...all(
    unused('brokers are found through bootstrap.servers since Kafka 0.9'),
    'zookeeper.connect zookeeper.connection.timeout.ms zookeeper.session.timeout.ms zookeeper.sync.time.ms',
  ),
  ...all(
    unused('the engine has options of its own for it'),
    `partition.discovery.interval.ms flink.partition-discovery.interval-millis flink.poll-timeout client.id.prefix
     max.poll.records max.block.ms`,
  ),
  ...all(
    unused('it only tunes an inner working of the Java client'),
    `client.dns.lookup connections.max.idle.ms socket.connection.setup.timeout.max.ms metadata.max.idle.ms
     metadata.recovery.strategy metadata.recovery.rebootstrap.trigger.ms compression.lz4.level
     partitioner.adaptive.partitioning.enable partitioner.availability.timeout.ms`,
  ),
  ...all(noClasses, 'interceptor.classes security.providers config.providers'),
  'client.rack': unused('reads go to the leader of a partition'),
  'partitioner.class': limited(
    ['', 'org.apache.kafka.clients.producer.RoundRobinPartitioner'],
    'other partitioners are Java classes',
  ),
  ...all(unused('transactions are set up by the sink'), 'transaction.timeout.ms transaction.two.phase.commit.enable'),
  'transactional.id': refused(
    "transactional ids are chosen by the sink, from its option 'sink.transactional-id-prefix'",
  ),
  'security.protocol': limited(['PLAINTEXT'], plaintextOnly),
  ...all(
    refused(plaintextOnly),
    `ssl.protocol ssl.provider ssl.cipher.suites ssl.enabled.protocols ssl.keystore.type ssl.keystore.location
     ssl.keystore.password ssl.keystore.key ssl.keystore.certificate.chain ssl.key.password ssl.truststore.type
     ssl.truststore.location ssl.truststore.password ssl.truststore.certificates ssl.endpoint.identification.algorithm
     ssl.keymanager.algorithm ssl.trustmanager.algorithm ssl.secure.random.implementation ssl.engine.factory.class
     sasl.mechanism sasl.jaas.config sasl.client.callback.handler.class sasl.login.callback.handler.class
     sasl.login.class sasl.kerberos.service.name sasl.kerberos.kinit.cmd sasl.kerberos.ticket.renew.window.factor
     sasl.kerberos.ticket.renew.jitter sasl.kerberos.min.time.before.relogin sasl.login.refresh.window.factor
     sasl.login.refresh.window.jitter sasl.login.refresh.min.period.seconds sasl.login.refresh.buffer.seconds
     sasl.login.connect.timeout.ms sasl.login.read.timeout.ms sasl.login.retry.backoff.ms
     sasl.login.retry.backoff.max.ms sasl.oauthbearer.scope.claim.name sasl.oauthbearer.sub.claim.name
     sasl.oauthbearer.token.endpoint.url sasl.oauthbearer.jwks.endpoint.url
     sasl.oauthbearer.jwks.endpoint.refresh.ms sasl.oauthbearer.jwks.endpoint.retry.backoff.ms
     sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms sasl.oauthbearer.clock.skew.seconds
     sasl.oauthbearer.expected.audience sasl.oauthbearer.expected.issuer sasl.oauthbearer.header.urlencode
     sasl.oauthbearer.client.credentials.client.id sasl.oauthbearer.client.credentials.client.secret
     sasl.oauthbearer.scope sasl.oauthbearer.jwt.retriever.class sasl.oauthbearer.jwt.validator.class
     sasl.oauthbearer.assertion.algorithm sasl.oauthbearer.assertion.claim.aud sasl.oauthbearer.assertion.claim.exp.seconds
     sasl.oauthbearer.assertion.claim.iss sasl.oauthbearer.assertion.claim.jti.include
     sasl.oauthbearer.assertion.claim.nbf.seconds sasl.oauthbearer.assertion.claim.sub sasl.oauthbearer.assertion.file
     sasl.oauthbearer.assertion.private.key.file sasl.oauthbearer.assertion.private.key.passphrase
     sasl.oauthbearer.assertion.template.file`,
  ),
}

/** Keys whose values must never be shown in a message or a plan. */
export function isSecretKey(key: string): boolean {
  return /password|secret|jaas|passphrase|keystore\.key|private\.key/.test(key)
}
