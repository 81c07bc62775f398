using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using PgWorkflows.Runtime;

namespace PgWorkflows.Server.Hosting.Service;

/// <summary>Whether the server does its work: it answers a request on an address of its own, and its history can be read.</summary>
internal sealed class Liveness(IServer server, Installation installation) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    // The certificate is for the names that others know us by; here only that somebody answers is asked.
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        PooledConnectionLifetime = TimeSpan.Zero, // A new connection each time: that is what the next client needs.
#pragma warning disable CA5359
        SslOptions = new() { RemoteCertificateValidationCallback = (_, _, _, _) => true },
#pragma warning restore CA5359
    }) { Timeout = Limit };

    /// <returns>What is wrong; null when all is well.</returns>
    public async Task<string?> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Limit);
            await installation.Outbox.NextDueAsync(["journal"], limit.Token);
            if (Address() is not { } address)
                return "the server listens nowhere";
            using var answer = await _client.GetAsync(new Uri(address, "/health"), limit.Token);
            // 503 is an answer too: what it tells of, an unwritable history or a mistake in the configuration, a restart does not mend.
            return answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.ServiceUnavailable ? null : $"{address} answers {(int)answer.StatusCode}";
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested
            && e is HttpRequestException or OperationCanceledException or System.Data.Common.DbException)
        {
            return e.Message;
        }
    }

    public void Dispose() => _client.Dispose();

    private Uri? Address()
    {
        var bound = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault();
        if (bound is null || !Uri.TryCreate(bound.Replace("//+", "//127.0.0.1", StringComparison.Ordinal).Replace("//*", "//127.0.0.1", StringComparison.Ordinal), UriKind.Absolute, out var address))
            return null;
        // Bound to any address is asked on loopback.
        return address.Host is "0.0.0.0" ? new UriBuilder(address) { Host = "127.0.0.1" }.Uri
            : address.Host is "[::]" ? new UriBuilder(address) { Host = "[::1]" }.Uri : address;
    }
}
