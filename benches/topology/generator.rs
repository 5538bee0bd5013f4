//! A board the size of a large company: domains as frames, services with teams, events, subscriptions that mostly stay
//! in their domain, and some synchronous commands between neighbours.

use isobar::board::{
    Board, Event, EventClass, Field, FieldType, Frame, FrameId, Id, Link, LinkId, Point, Schema, Service,
    Size, Sticky, StickyId, StickyKind, Version, Visibility,
};

/// Events each service publishes, each from a reaction of its own.
const EVENTS: u32 = 10;
/// Events each reaction subscribes to.
const SUBSCRIPTIONS: u32 = 3;
/// One service in so many is called by a waiting neighbour.
const CALLED: u32 = 4;
/// Pitch of the grid of stickies.
const PITCH: (f32, f32) = (320.0, 140.0);

/// The same numbers on every machine.
struct Numbers(u64);

impl Numbers {
    const fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % n as u64) as u32
    }
}

/// `domains` frames with `services` services in all, ten events a service and three subscriptions an event.
pub(crate) fn board(domains: u32, services: u32) -> Board {
    let mut board = Board::default();
    board.settings.title = format!("{services} services");
    let mut numbers = Numbers(42);
    let size = services.div_ceil(domains);
    let domain_of = |service: u32| service / size;
    let sticky = |id: u32| StickyId(Id::new(0, id + 1));
    let (reactions, events) = (0, services * EVENTS);
    let mut links = 0;
    let mut link = |board: &mut Board, from: StickyId, to: StickyId| {
        links += 1;
        board.links.insert(LinkId(Id::new(1, links)), Link { from, to, ..Link::default() });
    };
    for service in 0..services {
        let (domain, within) = (domain_of(service), service % size);
        let corner = Point::new(
            (domain % 6) as f32 * (EVENTS as f32 * PITCH.0 + 300.0),
            (domain / 6) as f32 * (size as f32 * PITCH.1 + 300.0),
        );
        let name = format!("Service {domain:02}.{within:02}");
        for i in 0..EVENTS {
            let at = Point::new(corner.x + i as f32 * PITCH.0, corner.y + within as f32 * PITCH.1);
            let number = service * EVENTS + i;
            let event = format!("Thing{number}Changed");
            let kind = StickyKind::Service;
            let reaction = Sticky { kind, name: name.clone(), at, ..Sticky::default() };
            board.stickies.insert(sticky(reactions + number), reaction);
            let (kind, at) = (StickyKind::Event, Point::new(at.x + PITCH.0 / 2.0, at.y));
            let shown = Sticky { kind, name: event.clone(), at, ..Sticky::default() };
            board.stickies.insert(sticky(events + number), shown);
            board.events.insert(event, definition(number));
            link(&mut board, sticky(reactions + number), sticky(events + number));
            for _ in 0..SUBSCRIPTIONS {
                let near = numbers.below(10) < 8;
                let other = if near {
                    (domain * size + numbers.below(size)).min(services - 1)
                } else {
                    numbers.below(services)
                };
                let heard = other * EVENTS + numbers.below(EVENTS);
                link(&mut board, sticky(events + heard), sticky(reactions + number));
            }
        }
        let team = format!("Team {domain:02}{}", ["a", "b", "c", "d"][(within % 4) as usize]);
        board.services.insert(name, Service { team, availability: Some(0.997), ..Service::default() });
    }
    for service in (CALLED..services).step_by(CALLED as usize) {
        let (caller, called) =
            (sticky(reactions + (service - 1) * EVENTS), sticky(reactions + service * EVENTS));
        let kind = StickyKind::Command;
        let at = board.stickies[&called].at;
        let at = Point::new(at.x - 150.0, at.y);
        let command = Sticky { kind, name: format!("DoThing{service}"), at, ..Sticky::default() };
        let id = sticky(2 * services * EVENTS + service);
        board.stickies.insert(id, command);
        link(&mut board, caller, id);
        link(&mut board, id, called);
    }
    for domain in 0..domains {
        let at = Point::new(
            (domain % 6) as f32 * (EVENTS as f32 * PITCH.0 + 300.0) - 60.0,
            (domain / 6) as f32 * (size as f32 * PITCH.1 + 300.0) - 60.0,
        );
        let area = Size::new(EVENTS as f32 * PITCH.0 + 60.0, size as f32 * PITCH.1 + 60.0);
        let frame = Frame { name: format!("Domain {domain:02}"), at, size: area, ..Frame::default() };
        board.frames.insert(FrameId(Id::new(2, domain + 1)), frame);
    }
    board
}

fn definition(number: u32) -> Event {
    let field = |name: &str| Field::new(name, FieldType::String);
    let fields = ["thingId", "changedBy", "status", "reason"].into_iter().map(field).collect();
    let schema = Schema { fields, ..Schema::default() };
    let (class, visibility) = match number % 5 {
        0 => (EventClass::Component, Visibility::Private),
        1 => (EventClass::Analytics, Visibility::Public),
        _ => (EventClass::Domain, Visibility::Public),
    };
    let versions = vec![Version { version: "1".into(), schema, ..Version::default() }];
    Event { class, visibility, versions, ..Event::default() }
}
