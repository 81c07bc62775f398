using System.Net;
using System.Net.Sockets;
using System.Text;
using PgWorkflows.Engine.Activities.Http;
using PgWorkflows.Engine.Values;
using PgWorkflows.Server.Http;
using Xunit;

namespace PgWorkflows.Console.Tests;

/// <summary>What workflows may send, against a real server on loopback.</summary>
public sealed class HttpSenderTests : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly string _base;

    public HttpSenderTests()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        _base = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/";
        free.Stop();
        _listener.Prefixes.Add(_base);
        _listener.Start();
        _ = AnswerAsync();
    }

    [Fact]
    public async Task A_request_brings_status_content_and_headers()
    {
        var reply = Assert.IsType<HttpReply.Answered>(await SendAsync("echo", "POST", "{\"a\":1}"));

        Assert.Equal((200, "POST {\"a\":1}", "text/plain"), (reply.StatusCode, reply.Content, reply.ContentType));
    }

    [Fact]
    public async Task A_redirect_is_followed_only_when_it_keeps_the_scheme()
    {
        var same = Assert.IsType<HttpReply.Answered>(await SendAsync("redirect"));
        var other = Assert.IsType<HttpReply.Answered>(await SendAsync("redirect-scheme"));
        var endless = Assert.IsType<HttpReply.Answered>(await SendAsync("redirect-endless"));

        Assert.Equal((200, 302, 302), (same.StatusCode, other.StatusCode, endless.StatusCode));
    }

    [Fact]
    public async Task An_answer_that_is_too_large_and_a_port_where_nobody_is_are_not_connected()
    {
        Assert.Contains("more than", Assert.IsType<HttpReply.NotConnected>(await SendAsync("large")).Reason);
        Assert.IsType<HttpReply.NotConnected>(await SendAsync(new Uri("http://127.0.0.1:1/")));
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://[::ffff:169.254.169.254]/")]
    [InlineData("http://100.100.100.200/")]
    public async Task Addresses_where_clouds_keep_credentials_are_refused(string url)
    {
        var reply = Assert.IsType<HttpReply.NotConnected>(await SendAsync(new Uri(url)));

        Assert.Contains("AllowMetadataAddresses", reply.Reason);
    }

    [Fact]
    public async Task An_authorization_that_is_none_is_an_incident_that_names_the_input()
    {
        var message = new HttpMessage(new Uri(_base), "GET", null, "", new Dictionary<string, IReadOnlyList<string>> { ["Authorization"] = ["secret"] }, ChecksAuthorization: true);

        var refusal = await Assert.ThrowsAsync<InputException>(async () => await HttpSender.Create(false, TimeProvider.System).SendAsync(message, TestContext.Current.CancellationToken));

        Assert.Equal("Authorization", refusal.Input);
        Assert.DoesNotContain("secret", refusal.Message);
    }

    public void Dispose() => _listener.Close();

    private ValueTask<HttpReply> SendAsync(string path, string method = "GET", string? content = null) => SendAsync(new Uri(_base + path), method, content);

    private static ValueTask<HttpReply> SendAsync(Uri url, string method = "GET", string? content = null) => HttpSender.Create(false, TimeProvider.System).SendAsync(
        new(url, method, content, "application/json", new Dictionary<string, IReadOnlyList<string>>(), true), TestContext.Current.CancellationToken);

    private async Task AnswerAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return; // The test has ended.
            }

            using var reader = new StreamReader(context.Request.InputStream);
            var body = await reader.ReadToEndAsync();
            var path = context.Request.Url!.AbsolutePath.TrimStart('/');
            (context.Response.StatusCode, var text) = path switch
            {
                "redirect" => (302, ""),
                "redirect-scheme" => (302, ""),
                "redirect-endless" => (302, ""),
                "large" => (200, new string('x', 1024 * 1024 + 1)),
                _ => (200, $"{context.Request.HttpMethod} {body}"),
            };
            context.Response.RedirectLocation = path switch
            {
                "redirect" => _base + "echo",
                "redirect-scheme" => "ftp://127.0.0.1/",
                "redirect-endless" => _base + "redirect-endless",
                _ => null,
            };
            context.Response.ContentType = "text/plain";
            try
            {
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(text));
                context.Response.Close();
            }
            catch (HttpListenerException)
            {
                // The client has had enough.
            }
        }
    }
}
