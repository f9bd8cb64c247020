/**
 * A consumer group of the classic protocol.
 *
 *     Empty ──join──▶ PreparingRebalance ──all joined, or time over──▶ CompletingRebalance ──leader's assignment──▶ Stable
 *       ▲                  ▲  └──nobody left──▶ Empty                       └──join, leave, session over──┐
 *       │                  └───────────────────────────────────────────────────────────────────────────┴── Stable
 *
 * Law: each finished round of joins has a new generation; only members of the present generation sync, heartbeat and
 * commit; whoever does not join again within the longest rebalance timeout, does not sync within it, or does not
 * heartbeat within its session timeout, is out. Every JoinGroup and SyncGroup is answered once.
 */
import type { Clock } from '../../base/host.ts'
import { ErrorCodes } from '../protocol/index.ts'
import {
  type ClientIdentity,
  type JoinRequest,
  type JoinResponse,
  joinFailure,
  type Member,
  NO_BYTES,
  type SyncRequest,
  type SyncResponse,
  sameProtocols,
  syncFailure,
} from './group-member.ts'
import type { StoredOffset } from './journal.ts'
import { OffsetStore } from './offset-store.ts'

export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead'

export interface GroupSeams {
  readonly clock: Clock
  /** A member id that was never given before. */
  readonly newMemberId: (prefix: string) => string
  readonly initialRebalanceDelayMs: number
  /** Told of each committed offset before it holds. */
  readonly saveOffset: (offset: StoredOffset) => void
}

export class Group {
  readonly id: string
  readonly offsets: OffsetStore
  readonly members = new Map<string, Member>()
  state: GroupState = 'Empty'
  generation = 0
  protocolType: string | null = null
  protocolName: string | null = null
  leader: string | null = null
  readonly #seams: GroupSeams
  /** Ids that were given and not used yet, with what forgets them. */
  readonly #pending = new Map<string, () => void>()
  readonly #static = new Map<string, string>()
  #stopRound: () => void = () => {}
  /** The first round of an empty group waits its delay even when all have joined. */
  #roundIsDelayed = false

  constructor(id: string, seams: GroupSeams) {
    this.id = id
    this.#seams = seams
    this.offsets = new OffsetStore((topic, partition, committed) => {
      seams.saveOffset({ group: id, topic, partition, ...committed })
    })
  }

  join(request: JoinRequest, client: ClientIdentity, memberIdRequired: boolean): Promise<JoinResponse> | JoinResponse {
    const { memberId, groupInstanceId } = request
    if (!this.#speaks(request)) return joinFailure(ErrorCodes.INCONSISTENT_GROUP_PROTOCOL, memberId)
    if (memberId === '') {
      const id = this.#seams.newMemberId(groupInstanceId ?? client.clientId)
      if (groupInstanceId !== null) return this.#joinStatic(request, client, id)
      if (!memberIdRequired) return this.#add(request, client, id)
      const forget = this.#seams.clock.after(request.sessionTimeoutMs, () => this.#dropPending(id))
      this.#pending.set(id, forget)
      return joinFailure(ErrorCodes.MEMBER_ID_REQUIRED, id)
    }
    const forget = this.#pending.get(memberId)
    if (forget !== undefined) {
      forget()
      this.#pending.delete(memberId)
      return this.#add(request, client, memberId)
    }
    const error = this.memberError(memberId, groupInstanceId)
    if (error !== ErrorCodes.NONE) return joinFailure(error, memberId)
    return this.#joinAgain(request, this.members.get(memberId)!)
  }

  sync(request: SyncRequest): Promise<SyncResponse> | SyncResponse {
    const error = this.#generationError(request.memberId, request.groupInstanceId, request.generationId)
    if (error !== ErrorCodes.NONE) return syncFailure(error)
    const otherProtocol =
      (request.protocolType !== null && request.protocolType !== this.protocolType) ||
      (request.protocolName !== null && request.protocolName !== this.protocolName)
    if (otherProtocol) return syncFailure(ErrorCodes.INCONSISTENT_GROUP_PROTOCOL)
    if (this.state === 'PreparingRebalance') return syncFailure(ErrorCodes.REBALANCE_IN_PROGRESS)
    const member = this.members.get(request.memberId)!
    this.#watchSession(member)
    if (this.state === 'Stable') return this.#assigned(member)

    member.sync?.(syncFailure(ErrorCodes.REBALANCE_IN_PROGRESS))
    const answer = new Promise<SyncResponse>((resolve) => {
      member.sync = resolve
    })
    if (request.memberId === this.leader) {
      const given = new Map(request.assignments.map((one) => [one.memberId, Uint8Array.from(one.assignment)]))
      for (const each of this.members.values()) each.assignment = given.get(each.id) ?? NO_BYTES
      this.state = 'Stable'
      // Whoever has not asked yet gets its assignment when it does; its session ends if it never does.
      for (const each of this.members.values()) this.#answerSync(each, this.#assigned(each))
    }
    return answer
  }

  heartbeat(memberId: string, instanceId: string | null, generation: number): number {
    const error = this.#generationError(memberId, instanceId, generation)
    if (error !== ErrorCodes.NONE) return error
    this.#watchSession(this.members.get(memberId)!)
    return this.state === 'PreparingRebalance' ? ErrorCodes.REBALANCE_IN_PROGRESS : ErrorCodes.NONE
  }

  leave(memberId: string, instanceId: string | null): number {
    const id = memberId === '' && instanceId !== null ? (this.#static.get(instanceId) ?? '') : memberId
    if (this.#pending.has(id)) {
      this.#dropPending(id)
      return ErrorCodes.NONE
    }
    const error = this.memberError(id, instanceId)
    if (error !== ErrorCodes.NONE) return error
    this.#remove(this.members.get(id)!)
    return ErrorCodes.NONE
  }

  /** Whether offsets may be committed by this member of this generation; −1 is a commit from outside the protocol. */
  commitError(memberId: string, instanceId: string | null, generation: number): number {
    if (generation < 0 && memberId === '' && this.members.size === 0) return ErrorCodes.NONE
    const error = this.#generationError(memberId, instanceId, generation)
    if (error !== ErrorCodes.NONE) return error
    this.#watchSession(this.members.get(memberId)!)
    return this.state === 'CompletingRebalance' ? ErrorCodes.REBALANCE_IN_PROGRESS : ErrorCodes.NONE
  }

  memberError(memberId: string, instanceId: string | null): number {
    if (instanceId !== null) {
      const holder = this.#static.get(instanceId)
      if (holder === undefined) return ErrorCodes.UNKNOWN_MEMBER_ID
      if (holder !== memberId) return ErrorCodes.FENCED_INSTANCE_ID
    }
    return this.members.has(memberId) ? ErrorCodes.NONE : ErrorCodes.UNKNOWN_MEMBER_ID
  }

  /** Stop all timers; nobody is answered any more. */
  close(): void {
    this.state = 'Dead'
    this.#stopRound()
    for (const forget of this.#pending.values()) forget()
    for (const member of this.members.values()) member.stopSession()
  }

  #generationError(memberId: string, instanceId: string | null, generation: number): number {
    const error = this.memberError(memberId, instanceId)
    if (error !== ErrorCodes.NONE) return error
    return generation === this.generation ? ErrorCodes.NONE : ErrorCodes.ILLEGAL_GENERATION
  }

  #speaks(request: JoinRequest): boolean {
    if (request.protocols.length === 0 || request.protocolType === '') return false
    const others = [...this.members.values()].filter(({ id }) => id !== request.memberId)
    if (others.length === 0) return true
    return (
      request.protocolType === this.protocolType &&
      request.protocols.some(({ name }) => others.every((member) => member.protocols.some((one) => one.name === name)))
    )
  }

  #add(request: JoinRequest, client: ClientIdentity, id: string): Promise<JoinResponse> {
    const member: Member = {
      id,
      instanceId: request.groupInstanceId,
      client,
      sessionTimeoutMs: 0,
      rebalanceTimeoutMs: 0,
      protocols: [],
      assignment: NO_BYTES,
      join: undefined,
      sync: undefined,
      stopSession: () => {},
    }
    this.members.set(id, member)
    if (member.instanceId !== null) this.#static.set(member.instanceId, id)
    this.protocolType = request.protocolType
    const answer = this.#await(request, member)
    this.#rebalance()
    return answer
  }

  #joinAgain(request: JoinRequest, member: Member): Promise<JoinResponse> | JoinResponse {
    const same = sameProtocols(request.protocols, member.protocols)
    // The answer of the round got lost, or a member only asks again: it is still the same generation.
    if (this.state === 'CompletingRebalance' && same) return this.#joined(member)
    if (this.state === 'Stable' && same && member.id !== this.leader) return this.#joined(member)
    const answer = this.#await(request, member)
    if (this.state === 'PreparingRebalance') this.#finishRoundIfComplete()
    else this.#rebalance()
    return answer
  }

  /** A static member without a member id: new, or restarted and then in place of its former self. */
  #joinStatic(request: JoinRequest, client: ClientIdentity, id: string): Promise<JoinResponse> | JoinResponse {
    const formerId = this.#static.get(request.groupInstanceId!)
    const former = formerId === undefined ? undefined : this.members.get(formerId)
    if (former === undefined) return this.#add(request, client, id)
    former.join?.(joinFailure(ErrorCodes.FENCED_INSTANCE_ID, former.id))
    former.sync?.(syncFailure(ErrorCodes.FENCED_INSTANCE_ID))
    former.stopSession()
    this.members.delete(former.id)
    const formerLeader = this.leader
    if (formerLeader === former.id) this.leader = id
    const member: Member = { ...former, id, client, join: undefined, sync: undefined, stopSession: () => {} }
    this.members.set(id, member)
    this.#static.set(request.groupInstanceId!, id)
    if (this.state === 'Stable' && sameProtocols(request.protocols, member.protocols)) {
      this.#watchSession(member)
      // The assignment holds. Naming the former self keeps a restarted leader from assigning to nobody.
      return { ...this.#joined(member), leader: formerLeader ?? '', members: [] }
    }
    const answer = this.#await(request, member)
    if (this.state === 'PreparingRebalance') this.#finishRoundIfComplete()
    else this.#rebalance()
    return answer
  }

  #await(request: JoinRequest, member: Member): Promise<JoinResponse> {
    member.sessionTimeoutMs = request.sessionTimeoutMs
    member.rebalanceTimeoutMs = request.rebalanceTimeoutMs < 0 ? request.sessionTimeoutMs : request.rebalanceTimeoutMs
    // Views of the request's frame would keep all of it.
    member.protocols = request.protocols.map(({ name, metadata }) => ({ name, metadata: Uint8Array.from(metadata) }))
    member.stopSession()
    member.join?.(joinFailure(ErrorCodes.REBALANCE_IN_PROGRESS, member.id))
    return new Promise((resolve) => {
      member.join = resolve
    })
  }

  #rebalance(): void {
    if (this.state === 'PreparingRebalance') {
      this.#finishRoundIfComplete()
      return
    }
    for (const member of this.members.values()) {
      this.#answerSync(member, syncFailure(ErrorCodes.REBALANCE_IN_PROGRESS))
    }
    const delay = this.state === 'Empty' ? this.#seams.initialRebalanceDelayMs : 0
    this.state = 'PreparingRebalance'
    this.#roundIsDelayed = delay > 0
    this.#stopRound()
    this.#stopRound = this.#seams.clock.after(delay > 0 ? delay : this.#longestRebalance(), () => this.#finishRound())
    this.#finishRoundIfComplete()
  }

  #longestRebalance(): number {
    return [...this.members.values()].reduce((most, { rebalanceTimeoutMs }) => Math.max(most, rebalanceTimeoutMs), 0)
  }

  #finishRoundIfComplete(): void {
    if (this.#roundIsDelayed || this.#pending.size > 0) return
    for (const member of this.members.values()) if (member.join === undefined) return
    this.#finishRound()
  }

  #finishRound(): void {
    this.#stopRound()
    this.#roundIsDelayed = false
    for (const member of [...this.members.values()]) {
      // A static member that is away keeps its place until its session is over.
      if (member.join === undefined && member.instanceId === null) this.#forget(member)
    }
    this.generation++
    if (this.members.size === 0) {
      this.state = 'Empty'
      this.protocolName = null
      this.leader = null
      return
    }
    const present = [...this.members.values()].filter(({ join }) => join !== undefined)
    if (present.length === 0) {
      // Only static members, all away: another round, so that somebody can lead.
      this.#stopRound = this.#seams.clock.after(this.#longestRebalance(), () => this.#finishRound())
      return
    }
    const leads = this.leader === null ? undefined : this.members.get(this.leader)
    if (leads?.join === undefined) this.leader = present[0].id
    this.protocolName = this.#electProtocol()
    this.state = 'CompletingRebalance'
    for (const member of this.members.values()) {
      const answer = member.join
      member.join = undefined
      this.#watchSession(member)
      answer?.(this.#joined(member))
    }
    this.#watchSyncs(this.generation)
  }

  /** Members that joined and then never sync would keep the others waiting for ever. */
  #watchSyncs(generation: number): void {
    this.#stopRound = this.#seams.clock.after(this.#longestRebalance(), () => {
      if (this.generation !== generation || this.state !== 'CompletingRebalance') return
      const silent = [...this.members.values()].filter(({ sync }) => sync === undefined)
      for (const member of silent) this.#forget(member)
      this.#rebalance()
    })
  }

  /** Each member votes for its first protocol that all have. */
  #electProtocol(): string {
    const members = [...this.members.values()]
    const common = (name: string) => members.every(({ protocols }) => protocols.some((one) => one.name === name))
    const votes = new Map<string, number>()
    for (const { protocols } of members) {
      const choice = protocols.find(({ name }) => common(name))
      if (choice !== undefined) votes.set(choice.name, (votes.get(choice.name) ?? 0) + 1)
    }
    return [...votes].reduce((best, vote) => (vote[1] > best[1] ? vote : best))[0]
  }

  #joined(member: Member): JoinResponse {
    const leads = member.id === this.leader
    return {
      errorCode: ErrorCodes.NONE,
      generationId: this.generation,
      protocolType: this.protocolType,
      protocolName: this.protocolName,
      leader: this.leader ?? '',
      memberId: member.id,
      members: leads ? [...this.members.values()].map((each) => this.#seenByLeader(each)) : [],
    }
  }

  #seenByLeader(member: Member) {
    const protocol = member.protocols.find(({ name }) => name === this.protocolName)
    return {
      memberId: member.id,
      groupInstanceId: member.instanceId,
      metadata: protocol?.metadata ?? NO_BYTES,
    }
  }

  #assigned(member: Member): SyncResponse {
    return {
      errorCode: ErrorCodes.NONE,
      protocolType: this.protocolType,
      protocolName: this.protocolName,
      assignment: member.assignment,
    }
  }

  #answerSync(member: Member, response: SyncResponse): void {
    const answer = member.sync
    if (answer === undefined) return
    member.sync = undefined
    // Only now can the member speak again.
    this.#watchSession(member)
    answer(response)
  }

  #watchSession(member: Member): void {
    member.stopSession()
    member.stopSession = this.#seams.clock.after(member.sessionTimeoutMs, () => {
      // While its join or sync waits for others, the member cannot speak: its connection answers in order.
      if (member.join !== undefined || member.sync !== undefined) this.#watchSession(member)
      else this.#remove(member)
    })
  }

  #dropPending(id: string): void {
    this.#pending.get(id)?.()
    this.#pending.delete(id)
    if (this.state === 'PreparingRebalance') this.#finishRoundIfComplete()
  }

  #remove(member: Member): void {
    this.#forget(member)
    if (this.state === 'Stable' || this.state === 'CompletingRebalance') this.#rebalance()
    else if (this.state === 'PreparingRebalance') this.#finishRoundIfComplete()
  }

  #forget(member: Member): void {
    member.join?.(joinFailure(ErrorCodes.UNKNOWN_MEMBER_ID, member.id))
    member.join = undefined
    this.#answerSync(member, syncFailure(ErrorCodes.UNKNOWN_MEMBER_ID))
    member.stopSession()
    this.members.delete(member.id)
    if (member.instanceId !== null) this.#static.delete(member.instanceId)
  }
}
